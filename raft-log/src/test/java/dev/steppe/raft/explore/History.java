package dev.steppe.raft.explore;

import java.util.ArrayList;
import java.util.List;

/**
 * What a world must remember beyond its members and messages.
 *
 * @param leaders who has led which term, by term from 1; 0 = nobody
 * @param committed the log up to the last entry that any member has known to be committed
 * @param proposals how many commands were taken
 * @param readFloors how much was committed when each read was asked for
 * @param changes how often a membership was asked for
 * @param transfers how often a transfer was asked for
 */
record History(
        List<Integer> leaders, int committed, int proposals, List<Integer> readFloors, int changes, int transfers) {
    static final History EMPTY = new History(List.of(), 0, 0, List.of(), 0, 0);

    int leaderOf(long term) {
        return term > leaders.size() ? 0 : leaders.get((int) term - 1);
    }

    /** The latest term that anyone has led. */
    int ledTerm() {
        return leaders.size();
    }

    History withLeader(long term, int memberId) {
        List<Integer> more = new ArrayList<>(leaders);
        while (more.size() < term) {
            more.add(0);
        }
        more.set((int) term - 1, memberId);
        return new History(List.copyOf(more), committed, proposals, readFloors, changes, transfers);
    }

    History withCommitted(int log) {
        return new History(leaders, log, proposals, readFloors, changes, transfers);
    }

    History withProposal() {
        return new History(leaders, committed, proposals + 1, readFloors, changes, transfers);
    }

    History withRead(int floor) {
        List<Integer> more = new ArrayList<>(readFloors);
        more.add(floor);
        return new History(leaders, committed, proposals, List.copyOf(more), changes, transfers);
    }

    History withChange() {
        return new History(leaders, committed, proposals, readFloors, changes + 1, transfers);
    }

    History withTransfer() {
        return new History(leaders, committed, proposals, readFloors, changes, transfers + 1);
    }
}
