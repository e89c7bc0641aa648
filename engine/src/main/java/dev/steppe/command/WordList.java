package dev.steppe.command;

import dev.steppe.base.Invariant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The dictionary of one entry: each word once, in the order of first use, so that equal plans have equal bytes. Reused
 * for writing and for reading, one entry at a time.
 */
final class WordList {
    private final List<String> words = new ArrayList<>();
    private final Map<String, Integer> places = new HashMap<>();
    private int usedCount;

    /** Starts a new entry. */
    void clear() {
        words.clear();
        places.clear();
        usedCount = 0;
    }

    int count() {
        return words.size();
    }

    String word(int place) {
        return words.get(place);
    }

    /** Writing: puts {@code word} into the list unless it is there. */
    void note(String word) {
        if (places.putIfAbsent(word, words.size()) == null) {
            words.add(word);
        }
    }

    /** Writing: where {@code word} stands. */
    int placeOf(String word) {
        Integer place = places.get(word);
        if (place == null) {
            throw Invariant.broken("a word that was not noted", word);
        }
        return place;
    }

    /** Reading: the next word of the list; refuses one that is there. */
    void noteNew(String word) throws MalformedBytes {
        int before = words.size();
        note(word);
        if (words.size() == before) {
            throw new MalformedBytes("word " + before + " of an entry stands twice");
        }
    }

    /** Reading: the word at {@code place}; refuses one that is used before those that stand ahead of it. */
    String use(int place) throws MalformedBytes {
        if (place >= words.size() || place > usedCount) {
            throw new MalformedBytes("word " + place + " of " + words.size() + " is used after " + usedCount);
        }
        usedCount = Math.max(usedCount, place + 1);
        return words.get(place);
    }

    /** Reading: refuses words that nothing used. */
    void allUsed() throws MalformedBytes {
        if (usedCount != words.size()) {
            throw new MalformedBytes((words.size() - usedCount) + " words of an entry are not used");
        }
    }
}
