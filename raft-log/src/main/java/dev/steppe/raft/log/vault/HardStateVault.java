package dev.steppe.raft.log.vault;

import dev.steppe.base.Invariant;
import dev.steppe.base.OperatingFault;
import dev.steppe.raft.log.layout.LogIdentity;
import dev.steppe.raft.log.layout.Slot;
import dev.steppe.raft.storage.StorageFile;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Term, vote and quarantine of this server, together in one record: it is impossible to have one without the others.
 * Owned by one thread. What {@link #term()}, {@link #votedFor()} and {@link #quarantine()} answer is on the disk since
 * {@link #repair()}.
 */
public final class HardStateVault implements AutoCloseable {
    /** Name of the file. */
    public static final String FILE_NAME = "vault";

    /** Length of the file in bytes. */
    public static final int FILE_BYTES = SlotPair.FILE_BYTES;

    /** In place of a member id: no vote in this term. */
    public static final int NOBODY = -1;

    private final SlotPair pair;
    private final Slot slot;
    private long term;
    private int votedFor;
    private Quarantine quarantine;

    private HardStateVault(SlotPair pair, Slot slot) {
        this.pair = pair;
        this.slot = slot;
        term = slot.value(0);
        votedFor = (int) slot.value(1);
        quarantine = Quarantine.ofCode(slot.value(2));
    }

    /** The first bytes of a new vault: term 0, no vote. */
    public static ByteBuffer head(LogIdentity identity, Quarantine quarantine) {
        return SlotPair.head(slotOf(identity).value(1, NOBODY).value(2, quarantine.code()));
    }

    /**
     * Reads the vault in {@code file}; null if both slots are damaged. Not to be relied on before {@link #repair()}.
     */
    public static @Nullable HardStateVault read(StorageFile file, LogIdentity identity) {
        Slot slot = slotOf(identity);
        SlotPair pair = new SlotPair(file, slot);
        return pair.read() ? new HardStateVault(pair, slot) : null;
    }

    /** Returns when what was read is on the disk, twice. */
    public void repair() throws OperatingFault {
        pair.repair();
    }

    /** The highest term that this server has stored; 0 before the first. */
    public long term() {
        return term;
    }

    /** The member that got this server's vote in {@link #term()}, or {@link #NOBODY}. */
    public int votedFor() {
        return votedFor;
    }

    /** Whether this server may vote and count. */
    public Quarantine quarantine() {
        return quarantine;
    }

    /** True if nothing was ever stored. */
    public boolean isFresh() {
        return slot.sequence() == 1;
    }

    /**
     * Stores all three; returns when they are forced. Two writes and two forces. A lower term, or another vote in the
     * same term, is a broken invariant.
     *
     * @param newVotedFor a member id or {@link #NOBODY}
     */
    public void store(long newTerm, int newVotedFor, Quarantine newQuarantine) throws OperatingFault {
        if (newTerm < term) {
            throw Invariant.broken("term would go back: stored, new", term, newTerm);
        }
        if (newTerm == term && votedFor != NOBODY && newVotedFor != votedFor) {
            throw Invariant.broken("second vote in one term: term, first, second", term, votedFor, newVotedFor);
        }
        slot.value(0, newTerm).value(1, newVotedFor).value(2, newQuarantine.code());
        pair.store();
        term = newTerm;
        votedFor = newVotedFor;
        quarantine = newQuarantine;
    }

    /** Closes the file. Idempotent. */
    @Override
    public void close() {
        pair.close();
    }

    private static Slot slotOf(LogIdentity identity) {
        return new Slot(Slot.HARD_STATE, identity.clusterId(), identity.memberId());
    }
}
