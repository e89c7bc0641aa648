package dev.steppe.raft.node.consensus;

import dev.steppe.raft.core.CoreSettings;
import dev.steppe.raft.core.RaftCore;
import dev.steppe.raft.core.RaftCore.Role;
import dev.steppe.raft.core.RaftInput;
import dev.steppe.raft.message.RaftMessage.TimingWord;
import dev.steppe.raft.quorum.Membership;
import dev.steppe.raft.timing.BroadcastTimer;
import dev.steppe.raft.timing.ElectionTimeoutRule;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Which shortest election time-out this member goes by, where it is chosen while the group runs: a leader chooses from
 * its broadcast time and tells everyone, again and again, for words get lost; a follower takes its leader's word. A
 * time-out that was made shorter stays for one window of measurement at least. The words go past the core, which hears
 * only what was chosen. Owned by the consensus agent.
 */
public final class ElectionPace {
    private static final long LOOK_NS = TimeUnit.MILLISECONDS.toNanos(250);

    private final StateWitness.Self self;
    private final TimingWatch watch;
    private final Outbox outbox;
    private long lookedNs;
    private long fellNs;

    public ElectionPace(StateWitness.Self self, TimingWatch watch, Outbox outbox) {
        this.self = self;
        this.watch = watch;
        this.outbox = outbox;
    }

    /** What the core must be told at {@code nowNs}; null if it is nothing. */
    @Nullable
    RaftInput look(RaftCore core, long nowNs) {
        CoreSettings.Times times = core.settings().times();
        if (!times.isChosen() || core.role() != Role.LEADER || nowNs - lookedNs < LOOK_NS) {
            return null;
        }
        lookedNs = nowNs;
        boolean mayFall = nowNs - fellNs >= BroadcastTimer.WINDOW_NS;
        long chosenNs = new ElectionTimeoutRule(times.electionMinNs(), times.electionMaxNs())
                .chosenNs(core.electionMinNs(), watch.report().broadcast(), mayFall);
        tellEveryone(chosenNs, core);
        if (chosenNs < core.electionMinNs()) {
            fellNs = nowNs;
        }
        return inputOf(chosenNs, core);
    }

    /** What the core must be told after a word of another member; null if it is nothing. */
    @Nullable
    RaftInput onWord(TimingWord word, RaftCore core) {
        boolean isOfLeader = word.fromMember() == core.leaderId()
                && word.term() == core.term()
                && core.membership().admits(word.fromMember(), word.directoryId());
        return isOfLeader ? inputOf(core.settings().times().bounded(word.electionMinNs()), core) : null;
    }

    private static @Nullable RaftInput inputOf(long chosenNs, RaftCore core) {
        return chosenNs == core.electionMinNs() ? null : new RaftInput.TimingChosen(chosenNs);
    }

    private void tellEveryone(long chosenNs, RaftCore core) {
        TimingWord word = new TimingWord(self.in(core.term()), chosenNs);
        Membership membership = core.membership();
        for (int i = 0; i < membership.serverCount(); i++) {
            if (membership.memberId(i) != self.memberId()) {
                outbox.say(word, membership.memberId(i));
            }
        }
    }
}
