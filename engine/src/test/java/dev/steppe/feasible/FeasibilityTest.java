package dev.steppe.feasible;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.model.job.Constraint;
import dev.steppe.model.job.Constraint.Operator;
import dev.steppe.model.job.Job;
import dev.steppe.model.job.JobKey;
import dev.steppe.model.job.Opaque;
import dev.steppe.model.job.Resources;
import dev.steppe.model.job.Task;
import dev.steppe.model.job.TaskGroup;
import dev.steppe.model.job.Update;
import dev.steppe.model.node.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.regex.Pattern;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** Cases are those of {@code scheduling.md} 6.3, 6.5 and {@code scheduling-cases.md} F01, F02. */
final class FeasibilityTest {
    private static final Node NODE = node("n1", "dc1", "linux", "s1");

    @Test
    void comparesForEquality() {
        assertTrue(holds("${attr.kernel.name}", Operator.EQUAL, "linux"));
        assertFalse(holds("${attr.kernel.name}", Operator.EQUAL, "windows"));
        assertFalse(holds("${attr.none}", Operator.EQUAL, "linux"));
        assertFalse(holds("${attr.none}", Operator.EQUAL, "${attr.none}"), "neither side resolves");
        assertTrue(holds("${attr.empty}", Operator.EQUAL, ""), "an empty value resolves");
        assertFalse(holds("${attr.none}", Operator.EQUAL, ""), "no value does not");
    }

    @Test
    void comparesForDifference() {
        assertTrue(holds("${attr.none}", Operator.NOT_EQUAL, "linux"));
        assertFalse(holds("${attr.none}", Operator.NOT_EQUAL, "${meta.none}"));
        assertFalse(holds("${attr.none}", Operator.NOT_EQUAL, ""));
        assertTrue(holds("${attr.kernel.name}", Operator.NOT_EQUAL, "windows"));
        assertFalse(holds("${attr.kernel.name}", Operator.NOT_EQUAL, "linux"));
    }

    @Test
    void resolvesEveryTarget() {
        assertTrue(holds("${node.unique.id}", Operator.EQUAL, "n1"));
        assertTrue(holds("${node.unique.name}", Operator.EQUAL, "name of n1"));
        assertTrue(holds("${node.datacenter}", Operator.EQUAL, "dc1"));
        assertTrue(holds("${node.class}", Operator.EQUAL, "big"));
        assertTrue(holds("${meta.tier}", Operator.EQUAL, "gold"));
        assertTrue(holds("linux", Operator.EQUAL, "${attr.kernel.name}"));
        assertTrue(holds("a", Operator.EQUAL, "a"));
        assertFalse(holds("${node.pool}", Operator.EQUAL, "default"), "there are no pools in this version");
        assertFalse(holds("${attr.kernel.name", Operator.EQUAL, "linux"), "not closed");
    }

    @Test
    void namesTheFirstReason() {
        Feasibility asked = new Feasibility(new ConditionSet(
                List.of("dc2", "eu-*"),
                List.of(
                        new Constraint("${meta.tier}", Operator.EQUAL, "gold"),
                        new Constraint("${attr.kernel.name}", Operator.EQUAL, "windows"))));
        assertEquals("datacenter", asked.reason(asked.check(0, NODE)));
        Node elsewhere = node("n2", "eu-west", "linux", "s2");
        assertEquals("${attr.kernel.name} = windows", asked.reason(asked.check(1, elsewhere)));
        assertEquals(Feasibility.FEASIBLE, asked.check(2, node("n3", "dc2", "windows", "s3")));
    }

    @Test
    void asksOnceAClassAndAlwaysWhatIsUnique() {
        Feasibility shared = new Feasibility(
                new ConditionSet(List.of("*"), List.of(new Constraint("${node.class}", Operator.EQUAL, "big"))));
        assertEquals(Feasibility.UNKNOWN, shared.known(3));
        assertEquals(Feasibility.FEASIBLE, shared.check(3, NODE));
        assertEquals(Feasibility.FEASIBLE, shared.known(3));
        assertEquals(Feasibility.UNKNOWN, shared.known(4));
        assertTrue(shared.isSharedByClass());
        for (String target : List.of("${node.unique.id}", "${node.unique.name}", "${attr.unique.serial}")) {
            Feasibility unique = new Feasibility(
                    new ConditionSet(List.of("*"), List.of(new Constraint("s1", Operator.EQUAL, target))));
            assertFalse(unique.isSharedByClass(), target);
        }
        Feasibility serial = new Feasibility(
                new ConditionSet(List.of("*"), List.of(new Constraint("${attr.unique.serial}", Operator.EQUAL, "s2"))));
        assertEquals("${attr.unique.serial} = s2", serial.reason(serial.check(0, NODE)));
        assertEquals(Feasibility.FEASIBLE, serial.check(0, node("n2", "dc1", "linux", "s2")));
    }

    @Test
    void collectsConditionsFromJobGroupAndTasks() {
        List<Constraint> all = new ArrayList<>();
        for (String at : List.of("job", "group", "first", "second")) {
            all.add(new Constraint("${attr." + at + "}", Operator.NOT_EQUAL, ""));
        }
        TaskGroup group = new TaskGroup(
                "g",
                1,
                List.of(all.get(1)),
                List.of(task("a", all.get(2)), task("b", all.get(3))),
                Update.DEFAULT,
                10,
                new TreeMap<>(),
                Opaque.NONE);
        Job job = new Job(
                JobKey.of("j"),
                "j",
                50,
                false,
                List.of("dc1"),
                List.of(all.get(0)),
                new TreeMap<>(),
                List.of(group),
                null,
                Opaque.NONE);
        assertEquals(new ConditionSet(List.of("dc1"), all), ConditionSet.of(job, group));
    }

    @Test
    void remembersABoundedNumberOfSets() {
        FeasibilityMemo memo = new FeasibilityMemo(2);
        ConditionSet first = new ConditionSet(List.of("a"), List.of());
        Feasibility known = memo.of(first);
        assertSame(known, memo.of(new ConditionSet(List.of("a"), List.of())));
        memo.of(new ConditionSet(List.of("b"), List.of()));
        memo.of(new ConditionSet(List.of("c"), List.of()));
        assertEquals(1, memo.setCount());
        assertNotSame(known, memo.of(first));
    }

    @Test
    void matchesGlobs() {
        assertTrue(Glob.matches("*", ""));
        assertTrue(Glob.matches("dc1", "dc1"));
        assertFalse(Glob.matches("dc1", "dc12"));
        assertTrue(Glob.matches("eu-*-1", "eu-west-north-1"));
        assertFalse(Glob.matches("eu-*-1", "eu-1"));
        assertTrue(Glob.matches("*a*b*", "xxaxxbxx"));
        assertFalse(Glob.matches("d?1", "dc1"), "only a star is special");
    }

    @Property(tries = 2_000)
    void matchesGlobsAsAPatternDoes(@ForAll long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        String glob = text(random, "ab*", 8);
        String text = text(random, "ab", 10);
        String pattern = glob.replace("*", ".*");
        assertEquals(Pattern.matches(pattern, text), Glob.matches(glob, text), glob + " on " + text);
    }

    private static String text(SplittableRandom random, String letters, int lengthMax) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(lengthMax); i > 0; i--) {
            text.append(letters.charAt(random.nextInt(letters.length())));
        }
        return text.toString();
    }

    private static boolean holds(String left, Operator operator, String right) {
        Feasibility asked =
                new Feasibility(new ConditionSet(List.of("*"), List.of(new Constraint(left, operator, right))));
        return asked.check(0, NODE) == Feasibility.FEASIBLE;
    }

    private static Task task(String name, Constraint constraint) {
        return new Task(name, "exec", 1, 10, List.of(constraint), new TreeMap<>(), new TreeMap<>(), Opaque.NONE);
    }

    private static Node node(String id, String datacenter, String kernel, String serial) {
        TreeMap<String, String> attributes = new TreeMap<>();
        attributes.put("kernel.name", kernel);
        attributes.put("empty", "");
        attributes.put("unique.serial", serial);
        TreeMap<String, String> meta = new TreeMap<>();
        meta.put("tier", "gold");
        return new Node(id, "name of " + id, datacenter, "big", attributes, meta, Resources.NONE);
    }
}
