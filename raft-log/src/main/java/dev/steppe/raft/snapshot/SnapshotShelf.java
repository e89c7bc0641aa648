package dev.steppe.raft.snapshot;

import dev.steppe.base.Invariant;
import dev.steppe.base.OperatingFault;
import dev.steppe.raft.storage.StorageDirectory;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The snapshots of one server: which there are, which can be believed, which may go. Owned by the snapshot agent.
 *
 * <p>The two newest that can be believed are kept. One that was written or received counts only once it was read back
 * from its first byte to its last; until then nothing older goes, and neither does the log in front of it. So after a
 * crash at any point, and with any one file lost to rot, there is a snapshot with the whole log behind it. A file that
 * cannot be believed is left where it is until two newer ones can: it may be of use to somebody, and nothing depends on
 * it.
 */
public final class SnapshotShelf {
    private static final int KEPT_COUNT = 2;

    private final StorageDirectory directory;
    private final long clusterId;
    /** Ascending by index and term. */
    private final List<Item> items = new ArrayList<>();

    private @Nullable Item itemInProof;
    private @Nullable SnapshotProof proof;

    private SnapshotShelf(StorageDirectory directory, long clusterId) {
        this.directory = directory;
        this.clusterId = clusterId;
    }

    /**
     * Looks at the names in {@code directory}; none of the files is read yet. Files with other names are left alone.
     */
    public static SnapshotShelf open(StorageDirectory directory, long clusterId) throws OperatingFault {
        SnapshotShelf shelf = new SnapshotShelf(directory, clusterId);
        for (String name : directory.names()) {
            if (SnapshotLayout.isName(name)) {
                shelf.items.add(new Item(name));
            }
        }
        return shelf;
    }

    /**
     * Tells that a file was published, by a writer or a receiver of this directory; it has to be proven now, also where
     * it took the place of one that was.
     */
    public void added(SnapshotPosition position) {
        Item item = new Item(SnapshotLayout.nameOf(position.index(), position.term()));
        int place = 0;
        while (place < items.size() && items.get(place).name.compareTo(item.name) < 0) {
            place++;
        }
        if (place < items.size() && items.get(place).name.equals(item.name)) {
            if (items.get(place) == itemInProof) {
                endProof();
            }
            item.pinCount = items.remove(place).pinCount;
        }
        items.add(place, item);
    }

    /**
     * Reads the next chunk of the newest file about which nothing is known yet.
     *
     * @return false when there is none: everything is known
     */
    public boolean proveNext() throws OperatingFault {
        if (proof == null) {
            Item item = newestUnknown();
            if (item == null) {
                return false;
            }
            itemInProof = item;
            proof = new SnapshotProof(directory.openSequential(item.name), clusterId);
        }
        if (itemInProof != null && !proof.step()) {
            itemInProof.refusal = proof.refusal();
            itemInProof.header = itemInProof.refusal == null ? proof.header() : null;
            endProof();
        }
        return true;
    }

    /** Header of the newest snapshot that is proven; null if there is none. */
    public @Nullable SnapshotHeader newest() {
        Item item = proven(0);
        return item == null ? null : item.header;
    }

    /** Whether the file of this snapshot was read back whole. */
    public boolean isProven(SnapshotPosition position) {
        String name = SnapshotLayout.nameOf(position.index(), position.term());
        return items.stream().anyMatch(item -> item.name.equals(name) && item.header != null);
    }

    /**
     * The log may go up to this index: it is the older one of two proven snapshots. 0 with fewer. So the loss of either
     * file leaves the other with all of the log behind it.
     */
    public long prefixEndIndex() {
        Item item = proven(KEPT_COUNT - 1);
        return item == null || item.header == null ? 0 : item.header.position().index();
    }

    /** A sentence for each file that cannot be believed, oldest first. */
    public List<String> refusals() {
        List<String> refusals = new ArrayList<>();
        for (Item item : items) {
            if (item.refusal != null) {
                refusals.add(item.refusal);
            }
        }
        return refusals;
    }

    /**
     * Removes the oldest file that nobody needs, and syncs the folder: there are two newer ones that are proven, and no
     * transfer reads it. One file a call.
     *
     * @return false if there was none
     */
    public boolean removeNext() throws OperatingFault {
        Item oldestKept = proven(KEPT_COUNT - 1);
        if (oldestKept == null) {
            return false;
        }
        int place = 0;
        while (items.get(place) != oldestKept && items.get(place).pinCount > 0) {
            place++;
        }
        Item item = items.get(place);
        if (item == oldestKept) {
            return false;
        }
        if (item == itemInProof) {
            endProof();
        }
        directory.delete(item.name);
        items.remove(place);
        return true;
    }

    /** The content of the newest proven snapshot, for a restore; null if there is none. */
    public @Nullable SnapshotReader read() throws OperatingFault {
        Item item = proven(0);
        return item == null ? null : SnapshotReader.open(directory.openSequential(item.name), clusterId);
    }

    /** The newest proven snapshot for one transfer, which keeps it until it is closed; null if there is none. */
    public @Nullable SnapshotSender send() throws OperatingFault {
        Item item = proven(0);
        if (item == null || item.header == null) {
            return null;
        }
        SnapshotSender sender =
                new SnapshotSender(directory.openSequential(item.name), item.header.position(), this::unpin);
        item.pinCount++;
        return sender;
    }

    private void unpin(String name) {
        for (Item item : items) {
            if (item.name.equals(name)) {
                item.pinCount--;
                return;
            }
        }
        throw Invariant.broken("a snapshot was removed under a transfer", name);
    }

    private @Nullable Item newestUnknown() {
        for (int i = items.size() - 1; i >= 0; i--) {
            if (items.get(i).header == null && items.get(i).refusal == null) {
                return items.get(i);
            }
        }
        return null;
    }

    /** The proven item that has {@code newerCount} newer ones that are proven. */
    private @Nullable Item proven(int newerCount) {
        int seenCount = 0;
        for (int i = items.size() - 1; i >= 0; i--) {
            if (items.get(i).header != null && seenCount++ == newerCount) {
                return items.get(i);
            }
        }
        return null;
    }

    private void endProof() {
        if (proof != null) {
            proof.close();
        }
        proof = null;
        itemInProof = null;
    }

    /** One file; unknown while it has neither header nor refusal. */
    private static final class Item {
        private final String name;
        private @Nullable SnapshotHeader header;
        private @Nullable String refusal;
        private int pinCount;

        Item(String name) {
            this.name = name;
        }
    }
}
