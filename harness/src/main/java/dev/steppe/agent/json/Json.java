package dev.steppe.agent.json;

import java.util.List;
import java.util.Map;

/** A JSON value and where it stood. Numbers keep their digits as written. */
sealed interface Json {
    /** Where it began. */
    Place place();

    /** What it is, for a sentence. */
    String kind();

    /** Whether it says nothing: null, false, 0, or empty. */
    boolean isEmpty();

    /** Line and column, 1 and up. */
    record Place(int line, int column) {
        /** The first character. */
        static final Place START = new Place(1, 1);
    }

    /** Members in the order of the document, names unique. */
    record Obj(Map<String, Json> members, Place place) implements Json {
        @Override
        public String kind() {
            return "an object";
        }

        @Override
        public boolean isEmpty() {
            return members.values().stream().allMatch(Json::isEmpty);
        }
    }

    /** A list. */
    record Arr(List<Json> items, Place place) implements Json {
        @Override
        public String kind() {
            return "a list";
        }

        @Override
        public boolean isEmpty() {
            return items.isEmpty();
        }
    }

    /** A text, well-formed Unicode. */
    record Text(String value, Place place) implements Json {
        @Override
        public String kind() {
            return "a text";
        }

        @Override
        public boolean isEmpty() {
            return value.isEmpty();
        }
    }

    /** A number as it was written. */
    record Num(String digits, Place place) implements Json {
        @Override
        public String kind() {
            return "a number";
        }

        @Override
        public boolean isEmpty() {
            return digits.equals("0");
        }
    }

    /** True or false. */
    record Bool(boolean value, Place place) implements Json {
        @Override
        public String kind() {
            return value ? "true" : "false";
        }

        @Override
        public boolean isEmpty() {
            return !value;
        }
    }

    /** Null: as if it were not there. */
    record Null(Place place) implements Json {
        @Override
        public String kind() {
            return "null";
        }

        @Override
        public boolean isEmpty() {
            return true;
        }
    }
}
