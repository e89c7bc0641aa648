package dev.steppe.raft.node.disk;

import dev.steppe.base.OperatingFault;
import dev.steppe.raft.log.SegmentPreparation;
import dev.steppe.raft.storage.PrepareVerdict;
import dev.steppe.runtime.BlockingAgent;
import dev.steppe.runtime.handover.Doorbell;
import dev.steppe.runtime.handover.Mailbox;
import java.util.function.Consumer;

/**
 * Makes the log's next segment while the log goes on: writing and forcing a whole segment takes as long as the disk
 * needs. Owns nothing; one preparation at a time.
 */
public final class SupplyAgent implements BlockingAgent {
    private final Mailbox<SegmentPreparation> wanted = new Mailbox<>(2);
    private final Mailbox<Supplied> supplied;
    private final Mailbox<OperatingFault> faults;
    private final Consumer<SegmentPreparation> handler = this::prepare;

    /** What became of a preparation. */
    record Supplied(SegmentPreparation preparation, PrepareVerdict verdict) {}

    /** Hands faults over in {@code faults}, and rings {@code logBell} with what is finished. */
    public SupplyAgent(Mailbox<OperatingFault> faults, Doorbell logBell) {
        this.faults = faults;
        supplied = new Mailbox<>(2, logBell);
    }

    /** Asks for a segment; one at a time. Log agent. */
    void want(SegmentPreparation preparation) {
        wanted.offer(preparation);
    }

    /** Where finished preparations arrive, for the log agent. */
    Mailbox<Supplied> supplied() {
        return supplied;
    }

    @Override
    public int doWork() {
        return wanted.drain(handler, 1);
    }

    @Override
    public String roleName() {
        return "supply";
    }

    private void prepare(SegmentPreparation preparation) {
        try {
            supplied.offer(new Supplied(preparation, preparation.perform()));
        } catch (OperatingFault fault) {
            faults.offer(fault);
        }
    }
}
