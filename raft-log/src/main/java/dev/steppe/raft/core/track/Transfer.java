package dev.steppe.raft.core.track;

/**
 * A leader's attempt to hand its office to another: open from the moment it is asked for until the time is up or the
 * office ends, and never longer. Once the target was told to stand, this office makes no more leases: the target's ask
 * for votes passes those who still hear this leader, however late it arrives.
 */
public final class Transfer {
    /** No member. */
    public static final int NOBODY = 0;

    private int targetId;
    private long deadlineNs;
    private boolean wasTold;
    private boolean hasToldAnyone;

    /** An independent copy. */
    public Transfer copy() {
        Transfer copy = new Transfer();
        copy.targetId = targetId;
        copy.deadlineNs = deadlineNs;
        copy.wasTold = wasTold;
        copy.hasToldAnyone = hasToldAnyone;
        return copy;
    }

    /** A new office begins. */
    public void clear() {
        close();
        hasToldAnyone = false;
    }

    /** An attempt begins. */
    public void open(int newTargetId, long newDeadlineNs) {
        targetId = newTargetId;
        deadlineNs = newDeadlineNs;
        wasTold = false;
    }

    /** The attempt is over. */
    public void close() {
        targetId = NOBODY;
        deadlineNs = 0;
        wasTold = false;
    }

    /** The target is told to stand. */
    public void tell() {
        wasTold = true;
        hasToldAnyone = true;
    }

    /** Whether an attempt is open. */
    public boolean isOpen() {
        return targetId != NOBODY;
    }

    /** To whom; {@link #NOBODY} if no attempt is open. */
    public int targetId() {
        return targetId;
    }

    /** When an open attempt ends without success. */
    public long deadlineNs() {
        return isOpen() ? deadlineNs : Long.MAX_VALUE;
    }

    /** Whether the target of this attempt has been told to stand. */
    public boolean wasTold() {
        return wasTold;
    }

    /** Whether anybody was told to stand since this office began. */
    public boolean hasToldAnyone() {
        return hasToldAnyone;
    }

    /** Everything in one number. */
    public long fold(long hash) {
        long flags = (wasTold ? 1L : 0L) + (hasToldAnyone ? 2L : 0L);
        return StateHash.fold(StateHash.fold(StateHash.fold(hash, targetId), deadlineNs), flags);
    }
}
