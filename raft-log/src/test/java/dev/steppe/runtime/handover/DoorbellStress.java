package dev.steppe.runtime.handover;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/**
 * A sender rings a bell that has been rung before, while the drainer clears it and looks a last time before it rests.
 */
@JCStressTest
@Outcome(
        id = {"true, false", "false, true", "true, true"},
        expect = ACCEPTABLE,
        desc = "The mail was found, or the drainer is woken.")
@Outcome(id = "false, false", expect = FORBIDDEN, desc = "Mail lies there and nobody is woken.")
@State
public class DoorbellStress {
    private final Doorbell bell = new Doorbell();
    private final Mailbox<String> box = new Mailbox<>(2, bell);
    private final AtomicInteger answerCount = new AtomicInteger();

    public DoorbellStress() {
        bell.ring();
        bell.answeredBy(answerCount::incrementAndGet);
    }

    @Actor
    public void sender() {
        box.offer("mail");
    }

    @Actor
    public void drainer(ZZ_Result result) {
        bell.heard();
        result.r1 = box.drain(mail -> {}, 1) == 1;
    }

    @Arbiter
    public void afterwards(ZZ_Result result) {
        result.r2 = answerCount.get() > 0;
    }
}
