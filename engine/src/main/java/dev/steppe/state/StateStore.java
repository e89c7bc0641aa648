package dev.steppe.state;

import dev.steppe.base.Invariant;

/**
 * The state of one region in one process: the running transaction, and the last view committed. One owner, the apply
 * agent; views that it returns go to any thread. Starts empty at index 0.
 */
public final class StateStore {
    private StateTx tx = new StateTx();
    private StateView view = new StateView(0, 0, tx.endBatch(0), tx);

    /** The running transaction; there is always one. */
    public StateTx tx() {
        return tx;
    }

    /** The last view committed. */
    public StateView view() {
        return view;
    }

    /**
     * Ends the transaction at entry {@code index} and begins the next.
     *
     * @param index last entry contained; never below the view before
     * @param logTimeMs log time of that entry, milliseconds; never below the view before
     * @return what all threads may read from now on
     */
    public StateView commit(long index, long logTimeMs) {
        if (index < view.index()) {
            throw Invariant.broken("state goes back: index, index before", index, view.index());
        }
        if (logTimeMs < view.logTimeMs()) {
            throw Invariant.broken("log time goes back: ms, ms before", logTimeMs, view.logTimeMs());
        }
        view = new StateView(index, logTimeMs, tx.endBatch(view.index()), tx);
        return view;
    }

    /**
     * Puts a state that was put together again in place of everything here. Its journal begins at its own index, so
     * that whoever saw an older view reads everything anew.
     *
     * @param index last entry contained; never below the view before: a state does not go back
     * @param logTimeMs log time of that entry, milliseconds
     */
    public void become(StateRefill refill, long index, long logTimeMs) {
        if (index < view.index() || logTimeMs < view.logTimeMs()) {
            throw Invariant.broken(
                    "an older state would replace a newer one: index, index before", index, view.index());
        }
        tx = refill.tx();
        tx.forgetBatch();
        view = new StateView(index, logTimeMs, tx.endBatch(index), tx);
    }
}
