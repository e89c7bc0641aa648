package dev.steppe.state.image;

import java.util.List;

/**
 * The records of an image, in their order. One version of the format has one list.
 *
 * <pre>
 *  image   HEAD, CLASS*, NODE*, (JOB, VERSION*, STAGED?)*, ALLOCATION*, EVALUATION*, DEPLOYMENT*, END
 *  record  u8 kind, i32 length of what follows, then values as {@code wire} writes them
 * </pre>
 */
enum RecordKind {
    /** Format version, index, log time, and how many there are of each kind. */
    HEAD(0),
    CLASS(1),
    NODE(2),
    /** Key, number of versions, whether one is staged. */
    JOB(3),
    VERSION(4),
    STAGED(5),
    /** Names its job and node by their place in the image. */
    ALLOCATION(6),
    EVALUATION(7),
    DEPLOYMENT(8),
    END(9);

    /** Version of the format: the list above and the values of every record. */
    static final int FORMAT_VERSION = 0;

    /** Bytes in front of the values of a record. */
    static final int HEAD_BYTES = 5;

    /** Longest record; a row is bounded by what one log entry may hold, which is far below. */
    static final int MAX_BYTES = 64 << 20;

    /** How many codes there are, from 0. */
    static final int CODES = 10;

    private static final List<RecordKind> BY_CODE = List.of(values());

    /** The byte that stands for it; the order of the codes is the order in the image. */
    final int code;

    RecordKind(int code) {
        this.code = code;
    }

    /** The kind with code {@code code}, which is known. */
    static RecordKind of(int code) {
        return BY_CODE.get(code);
    }

    /** Whether a kind has that code. */
    static boolean isKnown(int code) {
        return code >= 0 && code < CODES;
    }

    /** The kind behind this one; END has none. */
    RecordKind next() {
        return of(code + 1);
    }
}
