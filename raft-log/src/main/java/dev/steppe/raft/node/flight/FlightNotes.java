package dev.steppe.raft.node.flight;

import dev.steppe.raft.timing.Latency;
import jdk.jfr.Event;

/** Notes of one member. Any thread; costs a check while nobody records. */
public final class FlightNotes {
    private final int memberId;

    /** Notes of the member {@code memberId}. */
    public FlightNotes(int memberId) {
        this.memberId = memberId;
    }

    /** This member asks for votes; its {@code electionCount}-th round. */
    public void election(long term, long electionCount) {
        RaftEvents.Election event = new RaftEvents.Election();
        if (isWanted(event)) {
            event.memberId = memberId;
            event.term = term;
            event.electionCount = electionCount;
            event.commit();
        }
    }

    /** The role of this member, or the leader that it knows, is another; {@code leaderId} -1 for nobody. */
    public void leadership(long term, int leaderId, String role) {
        RaftEvents.Leadership event = new RaftEvents.Leadership();
        if (isWanted(event)) {
            event.memberId = memberId;
            event.term = term;
            event.leaderId = leaderId;
            event.role = role;
            event.commit();
        }
    }

    /** A window of append to quorum has ended. */
    public void broadcast(Latency latency) {
        latency("broadcast", latency);
    }

    /** A window of forces of the log has ended. */
    public void force(Latency latency) {
        latency("force", latency);
    }

    /** The disk has no room for more of the log, or has again. */
    public void diskFull(boolean isFull) {
        RaftEvents.DiskFull event = new RaftEvents.DiskFull();
        if (isWanted(event)) {
            event.memberId = memberId;
            event.isFull = isFull;
            event.commit();
        }
    }

    /** A snapshot at {@code index} was {@code taken}, {@code received} or {@code installed}. */
    public void snapshot(String what, long index) {
        RaftEvents.Snapshot event = new RaftEvents.Snapshot();
        if (isWanted(event)) {
            event.memberId = memberId;
            event.what = what;
            event.index = index;
            event.commit();
        }
    }

    /** This member neither votes nor counts, or does again. */
    public void quarantine(String state, String reason) {
        RaftEvents.Quarantine event = new RaftEvents.Quarantine();
        if (isWanted(event)) {
            event.memberId = memberId;
            event.state = state;
            event.reason = reason;
            event.commit();
        }
    }

    /** The shortest election time-out is {@code shortestNs} from now on. */
    public void electionTimeout(long shortestNs) {
        RaftEvents.ElectionTimeout event = new RaftEvents.ElectionTimeout();
        if (isWanted(event)) {
            event.memberId = memberId;
            event.shortest = shortestNs;
            event.commit();
        }
    }

    /** The membership that this member goes by stands at {@code index} of the log. */
    public void membership(long index, String servers) {
        RaftEvents.Membership event = new RaftEvents.Membership();
        if (isWanted(event)) {
            event.memberId = memberId;
            event.index = index;
            event.servers = servers;
            event.commit();
        }
    }

    private void latency(String what, Latency latency) {
        RaftEvents.LatencyWindow event = new RaftEvents.LatencyWindow();
        if (latency.count() > 0 && isWanted(event)) {
            event.memberId = memberId;
            event.what = what;
            event.count = latency.count();
            event.p50 = latency.p50Ns();
            event.p99 = latency.p99Ns();
            event.p999 = latency.p999Ns();
            event.max = latency.maxNs();
            event.commit();
        }
    }

    private static boolean isWanted(Event event) {
        return event.isEnabled();
    }
}
