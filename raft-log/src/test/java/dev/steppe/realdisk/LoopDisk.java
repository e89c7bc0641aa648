package dev.steppe.realdisk;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.junit.jupiter.api.Assumptions;

/**
 * An ext4 file system in a file, whose power can be cut at any moment while a process writes to it. Owned by one test.
 *
 * <p>A cut is a copy of the file that backs the loop device. What the process and the file system still hold in memory
 * is not in it: pages that were not forced, names that were not synced. A copy that takes time under load would mix
 * blocks of different moments, as no disk does; therefore the file lies on a second file system, which is frozen while
 * it is copied. Freezing waits for each write of the loop device that has begun, lets none begin, and only then writes
 * back what the outer system holds, so that the copy is the disk between two of its writes, also in the middle of a
 * force. The inner file system is not asked and does not know. What such a disk lacks is a cache of its own that loses
 * writes out of order: a missing flush of the device is not found here, and torn sectors are left to the disk in
 * memory.
 */
public final class LoopDisk implements AutoCloseable {
    private static final String OUTER_SIZE = "96M";
    private static final String INNER_SIZE = "32M";

    private final Path folder;
    private final Path outer;
    private final Path image;
    private final Path mountPoint;
    /** Takes the mounts away also where this virtual machine is told to end in the middle of a test. */
    private final Thread lastResort = new Thread(this::letGo, "loop-disk");

    private boolean isOuterMounted;
    private boolean isMounted;

    private LoopDisk(Path folder) {
        this.folder = folder;
        outer = folder.resolve("outer");
        image = outer.resolve("disk.img");
        mountPoint = folder.resolve("disk");
        Runtime.getRuntime().addShutdownHook(lastResort);
    }

    /** An empty one, mounted; skips the test with a sentence where that is not possible. */
    public static LoopDisk create(Path parent) throws IOException {
        SystemTools.need("mkfs.ext4", "mount", "umount", "fsfreeze", "cp", "truncate");
        Path memory = Path.of("/dev/shm");
        LoopDisk disk =
                new LoopDisk(Files.createTempDirectory(Files.isWritable(memory) ? memory : parent, "steppe-disk"));
        try {
            disk.mountOuter();
            disk.makeInner();
            return disk;
        } catch (IOException | RuntimeException | Error fault) {
            disk.close();
            throw fault;
        }
    }

    private void mountOuter() throws IOException {
        Files.createDirectory(outer);
        Files.createDirectory(mountPoint);
        Path file = folder.resolve("outer.img");
        SystemTools.run("truncate", "-s", OUTER_SIZE, file.toString());
        SystemTools.run("mkfs.ext4", "-q", "-O", "^has_journal", file.toString());
        isOuterMounted = SystemTools.exitCode("mount", "-o", "loop", file.toString(), outer.toString()) == 0;
        SystemTools.say(isOuterMounted ? "" : "skipped: this user may not mount a file, so no power can be cut");
        Assumptions.assumeTrue(isOuterMounted, "this user may not mount a file");
    }

    private void makeInner() {
        SystemTools.run("truncate", "-s", INNER_SIZE, image.toString());
        SystemTools.run("mkfs.ext4", "-q", "-e", "remount-ro", image.toString());
        mount();
    }

    private void mount() {
        SystemTools.run("mount", "-o", "loop", image.toString(), mountPoint.toString());
        isMounted = true;
    }

    /** Where it is mounted. */
    public Path mountPoint() {
        return mountPoint;
    }

    /** Keeps what the disk holds now; processes may write to it meanwhile, and stand still until this returns. */
    public void cut() {
        SystemTools.run("fsfreeze", "-f", outer.toString());
        try {
            SystemTools.run("cp", "--sparse=always", image.toString(), kept().toString());
        } finally {
            SystemTools.run("fsfreeze", "-u", outer.toString());
        }
    }

    /** Mounts what {@link #cut()} kept, in place of the disk, which no process may use any more. */
    public void returnToCut() throws IOException {
        unmount();
        Files.delete(image);
        Files.copy(kept(), image, StandardCopyOption.REPLACE_EXISTING);
        Files.delete(kept());
        mount();
    }

    /**
     * Lets the file system find an error of its own, which makes it read only at once, whoever writes to it; skips the
     * test with a sentence where it cannot be told to.
     */
    public void denyWrites() throws IOException {
        String device = SystemTools.output("findmnt", "-n", "-o", "SOURCE", mountPoint.toString())
                .strip();
        Path trigger = Path.of("/sys/fs/ext4", device.substring(device.lastIndexOf('/') + 1), "trigger_fs_error");
        boolean isThere = Files.isWritable(trigger);
        SystemTools.say(isThere ? "" : "skipped: this kernel lets nobody make a file system read only: no " + trigger);
        Assumptions.assumeTrue(isThere, "no " + trigger);
        Files.writeString(trigger, "1");
    }

    /** Mounts it anew, to be written; no process may use it any more. */
    public void mend() {
        unmount();
        mount();
    }

    private Path kept() {
        return folder.resolve("kept.img");
    }

    private void unmount() {
        if (isMounted) {
            // A process that was killed may still be going away.
            SystemTools.await(
                    () -> SystemTools.exitCode("umount", mountPoint.toString()) == 0, "nobody to use " + mountPoint);
            isMounted = false;
        }
    }

    @Override
    public void close() throws IOException {
        if (isOuterMounted) {
            unmount();
            SystemTools.await(() -> SystemTools.exitCode("umount", outer.toString()) == 0, "nobody to use " + outer);
            isOuterMounted = false;
        }
        SystemTools.run("rm", "-rf", folder.toString());
        Runtime.getRuntime().removeShutdownHook(lastResort);
    }

    /** Whoever still uses the disk keeps it; it goes with them. */
    private void letGo() {
        SystemTools.exitCode("fsfreeze", "-u", outer.toString());
        SystemTools.exitCode("umount", "-l", mountPoint.toString());
        SystemTools.exitCode("umount", "-l", outer.toString());
        SystemTools.exitCode("rm", "-rf", folder.toString());
    }
}
