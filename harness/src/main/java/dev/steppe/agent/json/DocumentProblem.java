package dev.steppe.agent.json;

/**
 * Why a document was not taken.
 *
 * @param field path of the member, such as {@code TaskGroups[0].Tasks[1].Resources.MemoryMB}; empty for the document
 * @param line 1 and up; 0 if nothing of the document is meant
 * @param column 1 and up; 0 if nothing of the document is meant
 * @param sentence what, where, what to do; names {@code field} and the place
 */
public record DocumentProblem(String field, int line, int column, String sentence) {
    /** The problem of {@code field} at a place: {@code field} {@code breach} (line …, column …). */
    static DocumentProblem at(String field, Json.Place place, String breach) {
        String subject = field.isEmpty() ? "The document" : field;
        return new DocumentProblem(
                field,
                place.line(),
                place.column(),
                subject + " " + breach + " (line " + place.line() + ", column " + place.column() + ")");
    }
}
