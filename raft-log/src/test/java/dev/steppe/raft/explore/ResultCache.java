package dev.steppe.raft.explore;

import dev.steppe.raft.explore.member.MemberMachine;
import dev.steppe.raft.explore.member.StepResult;

/** Remembers the latest steps of members: one place for each of a fixed number of hashes, so memory stays bounded. */
final class ResultCache {
    private static final int PLACE_COUNT = 1 << 20;

    private final MemberMachine machine;
    private final long[] keys = new long[PLACE_COUNT];
    private final StepResult[] results = new StepResult[PLACE_COUNT];

    ResultCache(MemberMachine machine) {
        this.machine = machine;
    }

    /** What {@code event} does to the member with this number. */
    StepResult get(int member, int event) {
        long key = ((long) member << 32) | event;
        int place = (int) ((key * 0x9E3779B97F4A7C15L) >>> 44);
        StepResult known = results[place];
        if (known == null || keys[place] != key) {
            known = machine.step(member, event);
            keys[place] = key;
            results[place] = known;
        }
        return known;
    }
}
