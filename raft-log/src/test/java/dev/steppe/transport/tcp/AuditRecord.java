package dev.steppe.transport.tcp;

import dev.steppe.transport.LinkAudit;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Remembers what the audit was told, for a test thread to take. */
final class AuditRecord implements LinkAudit {
    private final BlockingQueue<Refusal> refusals = new LinkedBlockingQueue<>();

    @Override
    public void onRefusal(Refusal refusal) {
        refusals.add(refusal);
    }

    Refusal next() throws InterruptedException {
        Refusal refusal = refusals.poll(30, TimeUnit.SECONDS);
        if (refusal == null) {
            throw new AssertionError("the audit was told nothing");
        }
        return refusal;
    }

    boolean isEmpty() {
        return refusals.isEmpty();
    }
}
