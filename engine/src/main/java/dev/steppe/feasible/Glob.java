package dev.steppe.feasible;

/** Patterns in which {@code *} stands for any text, also none; every other character for itself. */
final class Glob {
    private Glob() {}

    /**
     * Whether all of {@code text} matches. Time at worst the product of both lengths, no memory: on a mismatch only the
     * last star takes one character more, which is enough because earlier stars took as little as they could.
     */
    static boolean matches(String pattern, String text) {
        int at = 0;
        int star = -1;
        int starAt = 0;
        int next = 0;
        while (at < text.length()) {
            if (next < pattern.length() && pattern.charAt(next) == '*') {
                star = next++;
                starAt = at;
            } else if (next < pattern.length() && pattern.charAt(next) == text.charAt(at)) {
                next++;
                at++;
            } else if (star >= 0) {
                next = star + 1;
                at = ++starAt;
            } else {
                return false;
            }
        }
        while (next < pattern.length() && pattern.charAt(next) == '*') {
            next++;
        }
        return next == pattern.length();
    }
}
