package dev.steppe.raft.storage.memory;

import dev.steppe.base.Invariant;
import dev.steppe.base.OperatingFault;
import dev.steppe.raft.storage.FileVerdict;
import dev.steppe.raft.storage.PrepareVerdict;
import dev.steppe.raft.storage.SequentialFile;
import dev.steppe.raft.storage.StorageDirectory;
import dev.steppe.raft.storage.StorageFile;
import dev.steppe.raft.storage.WriteStrategy;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.TreeMap;

/**
 * One server's disk. Programs reach it through {@link #hold()}; the world around it through everything else. Owned by
 * one thread.
 *
 * <p>The model: a write dirties 4 KiB pages; {@link #writeBack} lets any of them, or sectors of them, reach the disk at
 * any moment; a force takes those of its file there; a power loss leaves of each dirty page the sectors that a
 * {@link PageFate} says. Giving, changing and taking away a name are two steps each: the name changes for programs,
 * then for the disk, and a power loss in between keeps or undoes it as the {@link PageFate} says. A file without a name
 * is gone with its program. A failed force marks pages clean without taking them to the disk, as Linux does; a lying
 * one says that it did not fail. A write can reach the disk at another place than it was meant for
 * ({@link #misdirect}), and what lies there can rot ({@link #flipBit}). How long the device takes is added up and can
 * be asked for; nothing waits.
 */
public final class MemoryDisk {
    /** How a failed force leaves the pages that programs see. */
    public enum AfterFailedForce {
        /** As written, although the disk does not hold it (ext4, XFS). */
        KEPT,
        /** As they were on the disk (btrfs). */
        REVERTED
    }

    private static final long NEVER = -1;

    private record Page(String name, int page) implements Comparable<Page> {
        @Override
        public int compareTo(Page other) {
            int byName = name.compareTo(other.name);
            return byName != 0 ? byName : Integer.compare(page, other.page);
        }
    }

    private final MemoryNames names = new MemoryNames();
    /** What is written and has no name yet. */
    private final List<MemoryFile> unnamedFiles = new ArrayList<>();
    /** Pages that will miss their place, and which one they hit. */
    private final TreeMap<Page, Page> misdirected = new TreeMap<>();

    private long capacityBytes = Long.MAX_VALUE;
    private int lifeCount;
    private boolean isHeld;
    private long stepCount;
    private long failAtStep = NEVER;
    private long lieAtStep = NEVER;
    private long crashAtStep = NEVER;
    private AfterFailedForce afterFailedForce = AfterFailedForce.KEPT;
    private long stepLatencyNs;
    private long forceLatencyNs;
    private long delayNs;

    /** An empty disk without limit. */
    public MemoryDisk() {}

    /**
     * Holds the disk's one directory for a program; a second program before the first has closed is refused. Takes
     * every name to the disk, as the real one does.
     */
    public StorageDirectory hold() throws OperatingFault {
        if (isHeld) {
            throw new OperatingFault("this memory disk is held by another server");
        }
        isHeld = true;
        names.unsynced().forEach(names::sync);
        return new Directory();
    }

    /** Limits the sum of all file lengths, in bytes; files that exist stay. */
    public void limitTo(long newCapacityBytes) {
        capacityBytes = newCapacityBytes;
    }

    /** Steps that were asked for so far: writes, forces, preparations, changes of a name, syncs of a folder. */
    public long stepCount() {
        return stepCount;
    }

    /** The step number {@code step} (the next is {@link #stepCount()}) will fail. */
    public void failAt(long step, AfterFailedForce how) {
        failAtStep = step;
        afterFailedForce = how;
    }

    /** The force or sync number {@code step} will return normally and take nothing to the disk. */
    public void lieAt(long step) {
        lieAtStep = step;
    }

    /** From step number {@code step} on the program is dead: that step and all later ones throw and change nothing. */
    public void crashAt(long step) {
        crashAtStep = step;
    }

    /** From now on each force takes {@code newForceLatencyNs}, every other step {@code newStepLatencyNs}. */
    public void slowDown(long newStepLatencyNs, long newForceLatencyNs) {
        stepLatencyNs = newStepLatencyNs;
        forceLatencyNs = newForceLatencyNs;
    }

    /** How long the device took for all steps since this was last asked, in nanoseconds. */
    public long takeDelayNs() {
        long taken = delayNs;
        delayNs = 0;
        return taken;
    }

    /** Lets page {@code page} of file {@code name} reach the disk now, forced or not; it may be without name yet. */
    public void writeBack(String name, int page) {
        writeBack(name, page, MemoryFile.ALL_SECTORS);
    }

    /** As {@link #writeBack(String, int)}, only those sectors whose bit is set. */
    public void writeBack(String name, int page, int sectors) {
        written(name).writeBack(page, sectors);
    }

    /**
     * The next time page {@code page} of file {@code name} goes to the disk, it lands on page {@code otherPage} of file
     * {@code otherName}; its own place keeps what it held. Programs see it after the next power loss.
     */
    public void misdirect(String name, int page, String otherName, int otherPage) {
        misdirected.put(new Page(name, page), new Page(otherName, otherPage));
    }

    /** Pages of file {@code name}, which may be without name yet, that were written since its last force; a copy. */
    public BitSet dirtyPages(String name) {
        return written(name).dirtyPages();
    }

    /** The program dies, the machine lives on: what was written stays, forced or not. Its handles are dead. */
    public void killProgram() {
        lifeCount++;
        isHeld = false;
        failAtStep = NEVER;
        lieAtStep = NEVER;
        crashAtStep = NEVER;
        unnamedFiles.clear();
    }

    /** The machine loses power: {@link #killProgram} and {@code fate} for each dirty page and unsynced name. */
    public void losePower(PageFate fate) {
        killProgram();
        names.files().forEach(file -> file.losePower(fate));
        names.losePower(fate);
    }

    /** Names that were given or taken away since their folder was synced, ascending. */
    public List<String> unsyncedNames() {
        return names.unsynced();
    }

    /** Names of all files, ascending. */
    public List<String> names() {
        return List.copyOf(names.names());
    }

    /** Length of file {@code name} in bytes. */
    public int lengthBytes(String name) {
        return file(name).lengthBytes();
    }

    /** Flips bit {@code bit} (0..7) of the byte at {@code offset} of file {@code name}. */
    public void flipBit(String name, int offset, int bit) {
        file(name).flipBit(offset, bit);
    }

    /** Takes file {@code name} away. */
    public void dropFile(String name) {
        names.drop(name);
    }

    /** A copy of what programs see in file {@code name}. */
    public byte[] content(String name) {
        byte[] content = new byte[file(name).lengthBytes()];
        file(name).image().get(0, content);
        return content;
    }

    /** A file that lies on the disk, durable, with {@code content}; in place of one of that name. */
    public void putFile(String name, byte[] content) {
        MemoryFile file = new MemoryFile(this, name, content.length);
        file.write(0, ByteBuffer.wrap(content));
        file.settle();
        names.putDurable(file);
    }

    /** An independent disk with the same files, both images, and no faults. */
    public MemoryDisk copy() {
        MemoryDisk copy = new MemoryDisk();
        copy.become(this);
        return copy;
    }

    /** Takes over the files of {@code other}, both images; the program that held this disk dies and faults end. */
    public void become(MemoryDisk other) {
        killProgram();
        misdirected.clear();
        names.become(other.names, this);
    }

    /** True if one page, on its way to the disk, has just hit another place. */
    boolean isMisdirected(MemoryFile file, int page) {
        Page target = misdirected.isEmpty() ? null : misdirected.remove(new Page(file.name(), page));
        if (target == null) {
            return false;
        }
        MemoryFile hit = names.find(target.name);
        if (hit != null) {
            hit.receive(target.page, file.seenPage(page));
        }
        return true;
    }

    int lifeCount() {
        return lifeCount;
    }

    void checkAlive(int handleLifeCount) throws OperatingFault {
        if (handleLifeCount != lifeCount) {
            throw new OperatingFault("the program that held this disk is dead");
        }
    }

    void beforeWrite(MemoryFile file) throws OperatingFault {
        if (beginStep()) {
            throw new OperatingFault("write of " + file.name() + " failed on demand");
        }
    }

    void force(MemoryFile file) throws OperatingFault {
        boolean isLie = stepCount == lieAtStep;
        delayNs += forceLatencyNs - stepLatencyNs;
        if (beginStep()) {
            if (afterFailedForce == AfterFailedForce.REVERTED) {
                file.revert();
            } else {
                file.forgetDirty();
            }
            throw new OperatingFault("force of " + file.name() + " failed on demand");
        }
        if (isLie) {
            file.forgetDirty();
        } else {
            file.settle();
        }
    }

    /** Counts a step; true if it must fail. */
    private boolean beginStep() throws OperatingFault {
        long step = stepCount++;
        delayNs += stepLatencyNs;
        if (crashAtStep != NEVER && step >= crashAtStep) {
            throw new OperatingFault("the program crashed on demand at step " + step);
        }
        return step == failAtStep;
    }

    private MemoryFile written(String name) {
        for (int i = unnamedFiles.size() - 1; i >= 0; i--) {
            if (unnamedFiles.get(i).name().equals(name)) {
                return unnamedFiles.get(i);
            }
        }
        return file(name);
    }

    private MemoryFile file(String name) {
        MemoryFile file = names.find(name);
        if (file == null) {
            throw Invariant.broken("no such file", name);
        }
        return file;
    }

    private PrepareVerdict prepareFile(String name, int lengthBytes, ByteBuffer head) throws OperatingFault {
        if (names.find(name) != null) {
            throw Invariant.broken("file prepared twice", name);
        }
        MemoryFile file = MemoryFile.empty(this, name, lengthBytes);
        beforeWrite(file);
        if (!hasRoomFor(lengthBytes)) {
            return PrepareVerdict.NO_SPACE;
        }
        begin(file);
        file.append(head.duplicate());
        file.append(ByteBuffer.allocate(lengthBytes - head.remaining()));
        force(file);
        publish(file);
        return PrepareVerdict.PREPARED;
    }

    private boolean hasRoomFor(int newBytes) {
        long usedBytes = 0;
        for (String name : names.names()) {
            usedBytes += lengthBytes(name);
        }
        for (MemoryFile file : unnamedFiles) {
            usedBytes += file.lengthBytes();
        }
        return usedBytes <= capacityBytes - newBytes;
    }

    /** A file without a name that takes up room from now on. */
    void begin(MemoryFile file) {
        unnamedFiles.add(file);
    }

    /** The room is free again. */
    void abandon(MemoryFile file) {
        unnamedFiles.remove(file);
    }

    FileVerdict append(MemoryFile file, ByteBuffer source) throws OperatingFault {
        beforeWrite(file);
        if (!hasRoomFor(source.remaining())) {
            return FileVerdict.NO_SPACE;
        }
        file.append(source);
        return FileVerdict.DONE;
    }

    void publish(MemoryFile file) throws OperatingFault {
        String name = file.name();
        if (beginStep()) {
            throw new OperatingFault("naming of " + name + " failed on demand");
        }
        abandon(file);
        names.put(file);
        syncName(name);
    }

    private void deleteFile(String name) throws OperatingFault {
        if (beginStep()) {
            throw new OperatingFault("deletion of " + name + " failed on demand");
        }
        names.remove(name);
        syncName(name);
    }

    private void renameFile(String from, String to) throws OperatingFault {
        if (beginStep()) {
            throw new OperatingFault("renaming of " + from + " failed on demand");
        }
        names.rename(from, to);
        syncName(to);
        if (!MemoryNames.folderOf(from).equals(MemoryNames.folderOf(to))) {
            syncName(from);
        }
    }

    /** Takes the names of the folder of {@code changedName} to the disk. */
    private void syncName(String changedName) throws OperatingFault {
        boolean isLie = stepCount == lieAtStep;
        if (beginStep()) {
            throw new OperatingFault("sync of the folder of " + changedName + " failed on demand");
        }
        if (!isLie) {
            names.sync(changedName);
        }
    }

    /** The directory as one program holds it. */
    private final class Directory implements StorageDirectory {
        private final int heldLifeCount = lifeCount;

        @Override
        public List<String> names() {
            return MemoryDisk.this.names();
        }

        @Override
        public StorageFile open(String name, WriteStrategy strategy) throws OperatingFault {
            checkAlive(heldLifeCount);
            return file(name).handle();
        }

        @Override
        public PrepareVerdict prepare(String name, int lengthBytes, ByteBuffer head) throws OperatingFault {
            checkAlive(heldLifeCount);
            return prepareFile(name, lengthBytes, head);
        }

        @Override
        public SequentialFile create(String name) throws OperatingFault {
            checkAlive(heldLifeCount);
            return MemorySequence.create(MemoryDisk.this, name);
        }

        @Override
        public SequentialFile openSequential(String name) throws OperatingFault {
            checkAlive(heldLifeCount);
            MemoryFile file = names.find(name);
            if (file == null) {
                throw new OperatingFault("cannot open " + name + ": no such file");
            }
            return MemorySequence.open(MemoryDisk.this, file);
        }

        @Override
        public void delete(String name) throws OperatingFault {
            checkAlive(heldLifeCount);
            deleteFile(name);
        }

        @Override
        public void rename(String from, String to) throws OperatingFault {
            checkAlive(heldLifeCount);
            renameFile(from, to);
        }

        @Override
        public boolean isDurable() {
            return true;
        }

        @Override
        public void close() {
            if (heldLifeCount == lifeCount) {
                isHeld = false;
            }
        }
    }
}
