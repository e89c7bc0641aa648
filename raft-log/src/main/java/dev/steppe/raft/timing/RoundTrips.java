package dev.steppe.raft.timing;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * How far away each peer is: the time from a round's question to its answer, which waits for no disk. Of each peer one
 * round is timed after the other; the median of the last {@value #KEPT_COUNT} counts, so that one pause of one process
 * does not. Owned by the consensus agent; allocates nothing once it knows a peer.
 */
public final class RoundTrips {
    private static final int MEMBER_ID_MAX = 127;
    private static final int KEPT_COUNT = 15;

    private final @Nullable Track[] tracks = new Track[MEMBER_ID_MAX + 1];
    private final long[] sorted = new long[KEPT_COUNT];

    /** Whether a peer is near enough to vote. */
    public enum Verdict {
        NEAR,
        /** Every commit might have to wait for it. */
        FAR,
        /** It has not answered any round yet. */
        UNKNOWN
    }

    /** What is known of one peer. */
    private static final class Track {
        private final long[] tripsNs = new long[KEPT_COUNT];
        private long tripCount;
        private long askedRoundId;
        private long askedNs;
    }

    /** A question of round {@code roundId}, above 0, has left for {@code memberId}, 1..127. */
    public void asked(int memberId, long roundId, long nowNs) {
        Track track = tracks[memberId];
        if (track == null) {
            track = new Track();
            tracks[memberId] = track;
        }
        if (track.askedRoundId == 0) {
            track.askedRoundId = roundId;
            track.askedNs = nowNs;
        }
    }

    /** {@code memberId} has answered {@code roundId}. The answer to a later round than the timed one forgets that. */
    public void answered(int memberId, long roundId, long nowNs) {
        Track track = tracks[memberId];
        if (track == null || track.askedRoundId == 0 || roundId < track.askedRoundId) {
            return;
        }
        if (roundId == track.askedRoundId) {
            track.tripsNs[(int) (track.tripCount++ % KEPT_COUNT)] = Math.max(0, nowNs - track.askedNs);
        }
        track.askedRoundId = 0;
    }

    /** This member leads no more: what is under way is not timed. */
    public void leadershipEnded() {
        for (Track track : tracks) {
            if (track != null) {
                track.askedRoundId = 0;
            }
        }
    }

    /** Forgets a peer that is none any more. */
    public void forget(int memberId) {
        tracks[memberId] = null;
    }

    /** Median of the last round trips to {@code memberId} in nanoseconds; -1 while there was none. */
    public long medianNs(int memberId) {
        Track track = tracks[memberId];
        if (track == null || track.tripCount == 0) {
            return -1;
        }
        int count = (int) Math.min(track.tripCount, KEPT_COUNT);
        System.arraycopy(track.tripsNs, 0, sorted, 0, count);
        Arrays.sort(sorted, 0, count);
        return sorted[count / 2];
    }

    /** Whether a voter may stand where {@code memberId} stands. */
    public Verdict verdict(int memberId, long limitNs) {
        long medianNs = medianNs(memberId);
        if (medianNs < 0) {
            return Verdict.UNKNOWN;
        }
        return medianNs > limitNs ? Verdict.FAR : Verdict.NEAR;
    }
}
