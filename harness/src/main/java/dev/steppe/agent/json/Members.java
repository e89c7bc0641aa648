package dev.steppe.agent.json;

import dev.steppe.model.job.JobRules;
import dev.steppe.model.job.Opaque;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The members of one object, asked one by one. Whatever is not what it must be becomes a problem, and the answer is
 * then the default, so that one reading finds all problems. Null is absent. What nobody asked for is the rest.
 */
final class Members {
    private static final long NANOS_PER_MILLI = 1_000_000;
    /** So many digits always fit a long, and every bound here has fewer. */
    private static final int LONG_DIGITS = 18;

    private final Json.Obj object;
    private final String path;
    private final List<DocumentProblem> problems;
    private final TreeSet<String> taken = new TreeSet<>();

    /** @param path of the object, ends with a dot unless it is the job itself */
    Members(Json.Obj object, String path, List<DocumentProblem> problems) {
        this.object = object;
        this.path = path;
        this.problems = problems;
    }

    /** A text. */
    String text(String name, String whenAbsent) {
        Json.Text text = as(name, Json.Text.class, "a text");
        return text == null ? whenAbsent : text.value();
    }

    /** True or false. */
    boolean flag(String name, boolean whenAbsent) {
        Json.Bool flag = as(name, Json.Bool.class, "true or false");
        return flag == null ? whenAbsent : flag.value();
    }

    /** A count: 0 to 2,147,483,647. */
    int count(String name, int whenAbsent) {
        return (int) number(name, whenAbsent, Integer.MAX_VALUE);
    }

    /** A time in nanoseconds, answered in milliseconds; must be whole milliseconds. */
    long timeMs(String name, long whenAbsentMs) {
        long nanos = number(name, -1, JobRules.TIME_MAX_MS * NANOS_PER_MILLI);
        if (nanos < 0) {
            return whenAbsentMs;
        }
        if (nanos % NANOS_PER_MILLI != 0) {
            problem(name, "is " + nanos + " ns; write a multiple of 1000000, which is a millisecond");
        }
        return nanos / NANOS_PER_MILLI;
    }

    /** A list of texts. */
    List<String> texts(String name, List<String> whenAbsent) {
        Json.Arr list = as(name, Json.Arr.class, "a list of texts");
        if (list == null) {
            return whenAbsent;
        }
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < list.items().size(); i++) {
            Json item = list.items().get(i);
            if (item instanceof Json.Text text) {
                texts.add(text.value());
            } else {
                wrongKind(path + name + "[" + i + "]", item, "a text");
            }
        }
        return texts;
    }

    /** An object of texts. */
    SortedMap<String, String> textMap(String name) {
        Json.Obj map = as(name, Json.Obj.class, "an object of texts");
        if (map == null) {
            return Collections.emptySortedMap();
        }
        TreeMap<String, String> texts = new TreeMap<>();
        map.members().forEach((key, item) -> {
            if (item instanceof Json.Text text) {
                texts.put(key, text.value());
            } else {
                wrongKind(path + name + "." + JsonText.printable(key), item, "a text");
            }
        });
        return texts;
    }

    /** An object; null if absent. */
    @Nullable
    Members object(String name) {
        Json.Obj part = as(name, Json.Obj.class, "an object");
        return part == null ? null : new Members(part, path + name + ".", problems);
    }

    /** The objects of a list; none if absent. */
    List<Members> objects(String name) {
        Json.Arr list = as(name, Json.Arr.class, "a list of objects");
        if (list == null) {
            return List.of();
        }
        List<Members> objects = new ArrayList<>();
        for (int i = 0; i < list.items().size(); i++) {
            String at = path + name + "[" + i + "]";
            if (list.items().get(i) instanceof Json.Obj obj) {
                objects.add(new Members(obj, at + ".", problems));
            } else {
                wrongKind(at, list.items().get(i), "an object");
            }
        }
        return objects;
    }

    /** These would change scheduling in a way that this version does not know; taken only where they say nothing. */
    void unsupported(String... names) {
        for (String name : names) {
            Json value = take(name);
            if (value != null && !value.isEmpty()) {
                problem(name, "is not supported in this version; remove it");
            }
        }
    }

    /** These are known, and nothing is done with them. */
    void drop(String... names) {
        for (String name : names) {
            take(name);
        }
    }

    /** The place and path of {@code name} are at fault. */
    void problem(String name, String breach) {
        Json value = object.members().get(name);
        problems.add(DocumentProblem.at(path + name, value == null ? object.place() : value.place(), breach));
    }

    /** Where nothing can be kept: whatever is left and says something is a problem. */
    void refuseRest() {
        rest().forEach((name, value) -> {
            if (!value.isEmpty()) {
                problem(name, "is not known here; remove it");
            }
        });
    }

    /** What nobody asked for, by name. A name that differs from a known one in case only is a problem. */
    SortedMap<String, Json> rest() {
        TreeMap<String, Json> rest = new TreeMap<>();
        object.members().forEach((name, value) -> {
            if (!taken.contains(name) && !(value instanceof Json.Null)) {
                taken.stream()
                        .filter(name::equalsIgnoreCase)
                        .findFirst()
                        .ifPresent(known -> problem(name, "is not known; write it " + known));
                rest.put(name, value);
            }
        });
        return rest;
    }

    /** {@code rest} as the members that travel with a job. */
    static Opaque opaque(Map<String, Json> rest) {
        return rest.isEmpty() ? Opaque.NONE : Opaque.of(JsonText.compact(rest).getBytes(StandardCharsets.UTF_8));
    }

    /** Keeps {@code name}, though it was asked for, with the rest of the object. */
    void keep(String name, SortedMap<String, Json> rest) {
        Json value = take(name);
        if (value != null) {
            rest.put(name, value);
        }
    }

    /** The rest of the part {@code name} of an object, kept with the rest of the object. */
    void keepRest(String name, @Nullable Members part, SortedMap<String, Json> rest) {
        if (part == null) {
            return;
        }
        SortedMap<String, Json> partRest = part.rest();
        if (!partRest.isEmpty()) {
            rest.put(name, new Json.Obj(partRest, part.object.place()));
        }
    }

    private long number(String name, long whenAbsent, long max) {
        Json.Num number = as(name, Json.Num.class, "a whole number");
        if (number == null) {
            return whenAbsent;
        }
        String digits = number.digits();
        String breach = null;
        if (!digits.matches("-?[0-9]+")) {
            breach = "a whole number";
        } else if (digits.startsWith("-")) {
            breach = "0 or more";
        } else if (digits.length() > LONG_DIGITS || Long.parseLong(digits) > max) {
            breach = "at most " + max;
        }
        if (breach == null) {
            return Long.parseLong(digits);
        }
        problem(name, "is " + JsonText.printable(digits) + "; it must be " + breach);
        return whenAbsent;
    }

    /** The value of {@code name}; null if it is absent, or, noted as a problem, of another kind. */
    private <T extends Json> @Nullable T as(String name, Class<T> kind, String wanted) {
        Json value = take(name);
        if (value == null || kind.isInstance(value)) {
            return kind.cast(value);
        }
        wrongKind(path + name, value, wanted);
        return null;
    }

    private void wrongKind(String at, Json value, String wanted) {
        problems.add(DocumentProblem.at(at, value.place(), "is " + shown(value) + "; it must be " + wanted));
    }

    private static String shown(Json value) {
        return value instanceof Json.Num number ? JsonText.printable(number.digits()) : value.kind();
    }

    private @Nullable Json take(String name) {
        taken.add(name);
        Json value = object.members().get(name);
        return value instanceof Json.Null ? null : value;
    }
}
