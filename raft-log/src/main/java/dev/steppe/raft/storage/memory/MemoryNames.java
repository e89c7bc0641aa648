package dev.steppe.raft.storage.memory;

import dev.steppe.base.Invariant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The names of a disk's files, twice: as programs see them, and as a power loss would leave them. */
final class MemoryNames {
    private final TreeMap<String, MemoryFile> seen = new TreeMap<>();
    private final TreeMap<String, MemoryFile> durable = new TreeMap<>();
    /** New names of files that were renamed, with the old ones, while their folders are not synced. */
    private final TreeMap<String, String> renamedFrom = new TreeMap<>();

    /** The file that programs find under {@code name}; null if there is none. */
    @Nullable
    MemoryFile find(String name) {
        return seen.get(name);
    }

    /** The names that programs see, ascending. */
    Set<String> names() {
        return seen.keySet();
    }

    /** Every file that programs see or that lies on the disk, each once. */
    Set<MemoryFile> files() {
        Set<MemoryFile> files = new LinkedHashSet<>(seen.values());
        files.addAll(durable.values());
        return files;
    }

    /** Gives {@code file} its name, in place of one that had it; not on the disk before {@link #sync}. */
    void put(MemoryFile file) {
        seen.put(file.name(), file);
    }

    /** As {@link #put}, on the disk at once. */
    void putDurable(MemoryFile file) {
        seen.put(file.name(), file);
        durable.put(file.name(), file);
    }

    /** Takes a name away; not on the disk before {@link #sync}. */
    void remove(String name) {
        seen.remove(name);
    }

    /** Takes a name away, on the disk too. */
    void drop(String name) {
        if (seen.remove(name) == null) {
            throw Invariant.broken("no such file", name);
        }
        durable.remove(name);
    }

    /** Gives the file {@code from} another name; not on the disk before {@link #sync}. */
    void rename(String from, String to) {
        MemoryFile file = seen.remove(from);
        if (file == null || seen.containsKey(to)) {
            throw Invariant.broken("cannot be renamed: " + from, to);
        }
        file.rename(to);
        seen.put(to, file);
        renamedFrom.put(to, from);
    }

    /** Names that were given or taken away since their folder was synced, ascending. */
    List<String> unsynced() {
        TreeSet<String> names = new TreeSet<>(seen.keySet());
        names.addAll(durable.keySet());
        names.removeIf(name -> seen.get(name) == durable.get(name));
        return List.copyOf(names);
    }

    /** Takes the names in the folder of {@code changedName} to the disk. */
    void sync(String changedName) {
        String folder = folderOf(changedName);
        for (String name : unsynced()) {
            if (folderOf(name).equals(folder)) {
                settle(name, true);
                renamedFrom.remove(name);
            }
        }
    }

    /** The folder of {@code name} with its {@code /}; nothing in the root. */
    static String folderOf(String name) {
        return name.substring(0, name.lastIndexOf('/') + 1);
    }

    /** Loses power: what was done to names and not synced is kept or undone. */
    void losePower(PageFate fate) {
        for (Map.Entry<String, String> renamed : renamedFrom.entrySet()) {
            // A file system does that in one: the file has the one name or the other.
            boolean isKept = fate.isNameKept(renamed.getKey());
            settle(renamed.getKey(), isKept);
            settle(renamed.getValue(), isKept);
        }
        renamedFrom.clear();
        for (String name : unsynced()) {
            settle(name, fate.isNameKept(name));
        }
        seen.forEach((name, file) -> file.rename(name));
    }

    /** Takes over the names of {@code other}; files that have the same shape in both stay the same here. */
    void become(MemoryNames other, MemoryDisk disk) {
        seen.keySet().retainAll(other.seen.keySet());
        for (MemoryFile source : other.seen.values()) {
            MemoryFile target = seen.get(source.name());
            if (target == null || target.capacityBytes() != source.capacityBytes()) {
                seen.put(source.name(), source.copyTo(disk));
            } else {
                target.become(source);
            }
        }
        durable.clear();
        for (Map.Entry<String, MemoryFile> named : other.durable.entrySet()) {
            MemoryFile source = named.getValue();
            boolean isSeen = other.seen.get(source.name()) == source;
            MemoryFile copy = isSeen ? seen.get(source.name()) : null;
            durable.put(named.getKey(), copy == null ? source.copyTo(disk) : copy);
        }
        renamedFrom.clear();
        renamedFrom.putAll(other.renamedFrom);
    }

    private void settle(String name, boolean isKept) {
        if (isKept) {
            assign(durable, name, seen.get(name));
        } else {
            assign(seen, name, durable.get(name));
        }
    }

    private static void assign(Map<String, MemoryFile> names, String name, @Nullable MemoryFile file) {
        if (file == null) {
            names.remove(name);
        } else {
            names.put(name, file);
        }
    }
}
