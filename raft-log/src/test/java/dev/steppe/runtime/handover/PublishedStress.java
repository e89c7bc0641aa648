package dev.steppe.runtime.handover;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** A reader looks twice while two values are published: each is whole, and none is older than the one before. */
@JCStressTest
@Outcome(
        id = {"0, 0", "0, 1", "0, 2", "1, 1", "1, 2", "2, 2"},
        expect = ACCEPTABLE,
        desc = "In the order of publication, some skipped.")
@Outcome(expect = FORBIDDEN, desc = "Torn, or older after newer.")
@State
public class PublishedStress {
    private final Published<Pair> published = new Published<>(new Pair(0));

    /** Its fields are not final: only the publication makes them seen. */
    private static final class Pair {
        private int left;
        private int right;

        Pair(int number) {
            left = number;
            right = number;
        }

        int number() {
            return left == right ? left : -1;
        }
    }

    @Actor
    public void publisher() {
        published.publish(new Pair(1));
        published.publish(new Pair(2));
    }

    @Actor
    public void reader(II_Result seen) {
        Pair first = published.get();
        Pair second = published.get();
        seen.r1 = first.number();
        seen.r2 = second.number();
    }
}
