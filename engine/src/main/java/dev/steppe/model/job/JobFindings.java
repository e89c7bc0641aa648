package dev.steppe.model.job;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/** The problems of one job, in the order in which they were found, and the rules that every text of a job obeys. */
final class JobFindings {
    private static final int PROBLEMS_MAX = 100;

    private final List<JobProblem> problems = new ArrayList<>();
    private long textBytes;

    /** What was found; at most 100 problems, the first ones. */
    List<JobProblem> problems() {
        return List.copyOf(problems);
    }

    /** Sum of the bytes of all texts seen so far. */
    long textBytes() {
        return textBytes;
    }

    /** Notes that {@code field} {@code breach}: the two make the sentence. */
    void add(String field, String breach) {
        if (problems.size() < PROBLEMS_MAX) {
            problems.add(new JobProblem(field, field + " " + breach));
        }
    }

    /** A number must lie in {@code [min, max]}. */
    void range(String field, long value, long min, long max) {
        if (value < min || value > max) {
            String wanted = max == Long.MAX_VALUE ? min + " or more" : min + " to " + max;
            add(field, "is " + value + "; it must be " + wanted);
        }
    }

    /** A list may have at most {@code max} entries. */
    void length(String field, int count, int max) {
        if (count > max) {
            add(field, "has " + count + " entries; it may have at most " + max);
        }
    }

    /** A name: 1 to 128 of {@code A-Z a-z 0-9 - _ . ~ : @ +}, and of {@code /} where {@code slashes} says so. */
    void name(String field, String name, boolean slashes) {
        textBytes += name.length();
        if (name.isEmpty()) {
            add(field, "is empty; give it a name");
        } else if (name.length() > JobRules.NAME_MAX_CHARS) {
            add(field, "has " + name.length() + " characters; it may have at most " + JobRules.NAME_MAX_CHARS);
        } else {
            for (int i = 0; i < name.length(); i++) {
                char one = name.charAt(i);
                if (!isNameCharacter(one) && !(slashes && one == '/')) {
                    add(
                            field,
                            "has " + shown(one) + " at character " + (i + 1) + "; use letters, digits and -_.~:@+"
                                    + (slashes ? "/" : ""));
                    return;
                }
            }
        }
    }

    /** Free text: well formed, at most 64 KiB in UTF-8. */
    void text(String field, String text) {
        long bytes = utf8Bytes(text);
        if (bytes < 0) {
            add(field, "has half of a surrogate pair; it must be well-formed Unicode");
            return;
        }
        textBytes += bytes;
        if (bytes > JobRules.TEXT_MAX_BYTES) {
            add(field, "has " + bytes + " bytes; it may have at most " + JobRules.TEXT_MAX_BYTES);
        }
    }

    /** A map of texts: at most 1,024 entries, no empty key. */
    void texts(String field, SortedMap<String, String> texts) {
        length(field, texts.size(), JobRules.MAP_ENTRIES_MAX);
        for (Map.Entry<String, String> entry : texts.entrySet()) {
            if (entry.getKey().isEmpty()) {
                add(field, "has an empty key; remove it");
            }
            text(field, entry.getKey());
            text(field, entry.getValue());
        }
    }

    /** Counts bytes that are kept unread. */
    void opaque(Opaque opaque) {
        textBytes += opaque.lengthBytes();
    }

    private static boolean isNameCharacter(char one) {
        return (one >= 'a' && one <= 'z')
                || (one >= 'A' && one <= 'Z')
                || (one >= '0' && one <= '9')
                || "-_.~:@+".indexOf(one) >= 0;
    }

    /** Printable ASCII as it is, anything else as its number. */
    private static String shown(char one) {
        return one > ' ' && one < 0x7f ? "'" + one + "'" : "U+" + hex4(one);
    }

    private static String hex4(char one) {
        String digits = Integer.toHexString(one);
        return "0".repeat(4 - digits.length()) + digits;
    }

    /** Length in UTF-8; -1 if a surrogate stands alone. */
    private static long utf8Bytes(String text) {
        long bytes = 0;
        for (int i = 0; i < text.length(); i++) {
            char one = text.charAt(i);
            if (one < 0x80) {
                bytes += 1;
            } else if (one < 0x800) {
                bytes += 2;
            } else if (!Character.isSurrogate(one)) {
                bytes += 3;
            } else if (i + 1 < text.length() && Character.isSurrogatePair(one, text.charAt(i + 1))) {
                bytes += 4;
                i++;
            } else {
                return -1;
            }
        }
        return bytes;
    }
}
