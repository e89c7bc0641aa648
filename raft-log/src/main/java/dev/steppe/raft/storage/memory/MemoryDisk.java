package dev.steppe.raft.storage.memory;

import dev.steppe.base.Invariant;
import dev.steppe.base.OperatingFault;
import dev.steppe.raft.storage.FileVerdict;
import dev.steppe.raft.storage.PrepareVerdict;
import dev.steppe.raft.storage.SequentialFile;
import dev.steppe.raft.storage.StorageDirectory;
import dev.steppe.raft.storage.StorageFile;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * One server's disk. Programs reach it through {@link #hold()}; the world around it through everything else. Owned by
 * one thread.
 *
 * <p>The model: a write dirties 4 KiB pages; {@link #writeBack} lets any of them reach the disk at any moment; a force
 * takes those of its file there; a power loss leaves of each dirty page the sectors that a {@link PageFate} says. A
 * prepared file gets its name only when its content is durable, so a power loss never shows a part of one. A sequential
 * file that has no name yet is gone with its program; publishing and deleting are two steps each: the name changes for
 * programs, then for the disk, and a power loss in between keeps or undoes it as the {@link PageFate} says.
 * {@link #dropFile} takes a name away. A failed force marks pages clean without taking them to the disk, as Linux does.
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

    /** What programs see under which name. */
    private final TreeMap<String, MemoryFile> files = new TreeMap<>();
    /** What lies under which name on the disk. */
    private final TreeMap<String, MemoryFile> durableFiles = new TreeMap<>();
    /** What is written and has no name yet. */
    private final List<MemoryFile> unnamedFiles = new ArrayList<>();
    /** New names of files that were renamed, with the old ones, while their folders are not synced. */
    private final TreeMap<String, String> renamedFrom = new TreeMap<>();

    private long capacityBytes = Long.MAX_VALUE;
    private int lifeCount;
    private boolean isHeld;
    private long stepCount;
    private long failAtStep = NEVER;
    private long lieAtStep = NEVER;
    private long crashAtStep = NEVER;
    private AfterFailedForce afterFailedForce = AfterFailedForce.KEPT;

    /** An empty disk without limit. */
    public MemoryDisk() {}

    /** Holds the disk's one directory for a program; a second program before the first has closed is refused. */
    public StorageDirectory hold() throws OperatingFault {
        if (isHeld) {
            throw new OperatingFault("this memory disk is held by another server");
        }
        isHeld = true;
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

    /** Lets page {@code page} of file {@code name} reach the disk now, forced or not; it may be without name yet. */
    public void writeBack(String name, int page) {
        written(name).writeBack(page);
    }

    /** Pages of file {@code name}, which may be without name yet, that were written since its last force; a copy. */
    public BitSet dirtyPages(String name) {
        return (BitSet) written(name).dirtyPages().clone();
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

    /** The machine loses power: {@link #killProgram} and {@code fate} for each dirty page. */
    public void losePower(PageFate fate) {
        killProgram();
        for (MemoryFile file : files.values()) {
            file.losePower(fate);
        }
        for (MemoryFile file : durableFiles.values()) {
            file.losePower(fate);
        }
        for (Map.Entry<String, String> renamed : renamedFrom.entrySet()) {
            // A file system does that in one: the file has the one name or the other.
            boolean isKept = fate.isNameKept(renamed.getKey());
            settleName(renamed.getKey(), isKept);
            settleName(renamed.getValue(), isKept);
        }
        renamedFrom.clear();
        for (String name : unsyncedNames()) {
            settleName(name, fate.isNameKept(name));
        }
        files.forEach((name, file) -> file.rename(name));
    }

    private void settleName(String name, boolean isKept) {
        if (isKept) {
            rename(name, files.get(name), durableFiles);
        } else {
            rename(name, durableFiles.get(name), files);
        }
    }

    /** Names that were given or taken away since their folder was synced, ascending. */
    public List<String> unsyncedNames() {
        TreeSet<String> names = new TreeSet<>(files.keySet());
        names.addAll(durableFiles.keySet());
        names.removeIf(name -> files.get(name) == durableFiles.get(name));
        return List.copyOf(names);
    }

    /** Names of all files, ascending. */
    public List<String> names() {
        return List.copyOf(files.keySet());
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
        if (files.remove(name) == null) {
            throw Invariant.broken("no such file", name);
        }
        durableFiles.remove(name);
    }

    /** A copy of what programs see in file {@code name}. */
    public byte[] content(String name) {
        byte[] content = new byte[file(name).lengthBytes()];
        file(name).volatileImage().get(0, content);
        return content;
    }

    /** A file that lies on the disk, durable, with {@code content}; in place of one of that name. */
    public void putFile(String name, byte[] content) {
        MemoryFile file = new MemoryFile(this, name, content.length);
        file.write(0, ByteBuffer.wrap(content));
        file.settle();
        files.put(name, file);
        durableFiles.put(name, file);
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
        files.keySet().retainAll(other.files.keySet());
        for (MemoryFile source : other.files.values()) {
            MemoryFile target = files.get(source.name());
            if (target == null || target.capacityBytes() != source.capacityBytes()) {
                files.put(source.name(), source.copyTo(this));
            } else {
                target.become(source);
            }
        }
        durableFiles.clear();
        for (MemoryFile source : other.durableFiles.values()) {
            boolean isSeen = other.files.get(source.name()) == source;
            durableFiles.put(source.name(), isSeen ? file(source.name()) : source.copyTo(this));
        }
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
        if (beginStep()) {
            if (afterFailedForce == AfterFailedForce.REVERTED) {
                file.revert();
            } else {
                file.dirtyPages().clear();
            }
            throw new OperatingFault("force of " + file.name() + " failed on demand");
        }
        if (isLie) {
            file.dirtyPages().clear();
        } else {
            file.settle();
        }
    }

    /** Counts a step; true if it must fail. */
    private boolean beginStep() throws OperatingFault {
        long step = stepCount++;
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
        MemoryFile file = files.get(name);
        if (file == null) {
            throw Invariant.broken("no such file", name);
        }
        return file;
    }

    private PrepareVerdict prepareFile(String name, int lengthBytes, ByteBuffer head) throws OperatingFault {
        if (files.containsKey(name)) {
            throw Invariant.broken("file prepared twice", name);
        }
        if (beginStep()) {
            throw new OperatingFault("preparation of " + name + " failed on demand");
        }
        if (!hasRoomFor(lengthBytes)) {
            return PrepareVerdict.NO_SPACE;
        }
        MemoryFile file = new MemoryFile(this, name, lengthBytes);
        file.write(0, head.duplicate());
        file.settle();
        files.put(name, file);
        durableFiles.put(name, file);
        return PrepareVerdict.PREPARED;
    }

    private boolean hasRoomFor(int newBytes) {
        long usedBytes = 0;
        for (MemoryFile file : files.values()) {
            usedBytes += file.lengthBytes();
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
        files.put(name, file);
        syncName(name);
    }

    private void deleteFile(String name) throws OperatingFault {
        if (beginStep()) {
            throw new OperatingFault("deletion of " + name + " failed on demand");
        }
        files.remove(name);
        syncName(name);
    }

    private void renameFile(String from, String to) throws OperatingFault {
        MemoryFile file = file(from);
        if (files.containsKey(to)) {
            throw Invariant.broken("file renamed over another", to);
        }
        if (beginStep()) {
            throw new OperatingFault("renaming of " + from + " failed on demand");
        }
        files.remove(from);
        files.put(to, file);
        file.rename(to);
        renamedFrom.put(to, from);
        syncName(to);
        if (!folderOf(from).equals(folderOf(to))) {
            syncName(from);
        }
    }

    private static String folderOf(String name) {
        return name.substring(0, name.lastIndexOf('/') + 1);
    }

    /** Takes the names of the folder of {@code changedName} to the disk. */
    private void syncName(String changedName) throws OperatingFault {
        boolean isLie = stepCount == lieAtStep;
        if (beginStep()) {
            throw new OperatingFault("sync of the folder of " + changedName + " failed on demand");
        }
        String folder = folderOf(changedName);
        for (String name : unsyncedNames()) {
            if (!isLie && folderOf(name).equals(folder)) {
                settleName(name, true);
                renamedFrom.remove(name);
            }
        }
    }

    private static void rename(String name, @Nullable MemoryFile file, Map<String, MemoryFile> names) {
        if (file == null) {
            names.remove(name);
        } else {
            names.put(name, file);
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
        public StorageFile open(String name) throws OperatingFault {
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
            MemoryFile file = files.get(name);
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
