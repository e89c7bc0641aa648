package dev.steppe.agent.json;

import dev.steppe.agent.json.Json.Place;

/** Where in a document a path such as {@code TaskGroups[0].Tasks[1].Resources.MemoryMB} stands. */
final class Whereabouts {
    private Whereabouts() {}

    /** The place of {@code path}, or of the innermost part of it that is written. */
    static Place of(Json.Obj document, String path) {
        Json at = document;
        for (String step : path.split("[.\\[]", -1)) {
            Json next =
                    step.endsWith("]") ? item(at, Integer.parseInt(step, 0, step.length() - 1, 10)) : member(at, step);
            if (next == at) {
                break;
            }
            at = next;
        }
        return at.place();
    }

    private static Json member(Json at, String name) {
        return at instanceof Json.Obj object ? object.members().getOrDefault(name, at) : at;
    }

    private static Json item(Json at, int index) {
        return at instanceof Json.Arr list && index < list.items().size()
                ? list.items().get(index)
                : at;
    }
}
