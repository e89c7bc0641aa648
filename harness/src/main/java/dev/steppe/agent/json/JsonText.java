package dev.steppe.agent.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.steppe.agent.json.Json.Place;
import dev.steppe.base.Invariant;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** From bytes to {@link Json} and from there to text. Strict: one value, no duplicate names, bounded size and depth. */
final class JsonText {
    /** Longest document ({@code reliability.md} 4). */
    static final int DOCUMENT_MAX_BYTES = 1 << 20;
    /** Deepest nesting ({@code reliability.md} 4). */
    static final int DEPTH_MAX = 32;

    private static final JsonFactory FACTORY = new JsonFactory();

    private JsonText() {}

    /** Why bytes are not a document. */
    static final class Refused extends Exception {
        private static final long serialVersionUID = 1L;

        private final transient DocumentProblem problem;

        Refused(Place place, String breach) {
            super(breach);
            problem = DocumentProblem.at("", place, breach);
        }

        DocumentProblem problem() {
            return problem;
        }
    }

    /** The one value that {@code document} is. */
    static Json parse(byte[] document) throws Refused {
        if (document.length > DOCUMENT_MAX_BYTES) {
            throw new Refused(
                    Place.START, "has " + document.length + " bytes; it may have at most " + DOCUMENT_MAX_BYTES);
        }
        String text = decoded(document);
        try (JsonParser parser = FACTORY.createParser(text)) {
            if (parser.nextToken() == null) {
                throw new Refused(Place.START, "is empty; it must be a job as a JSON object");
            }
            Json value = value(parser, 1);
            if (parser.nextToken() != null) {
                throw new Refused(place(parser), "goes on after its end; remove what follows the last brace");
            }
            return value;
        } catch (JsonProcessingException e) {
            JsonLocation at = e.getLocation();
            Place place = at == null ? Place.START : new Place(at.getLineNr(), at.getColumnNr());
            throw new Refused(place, "is not JSON: " + printable(e.getOriginalMessage()));
        } catch (IOException e) {
            // A parser of a string in memory reads nothing that could fail.
            throw Invariant.broken("reading from memory failed", e.toString());
        }
    }

    /** {@code members} as a compact JSON object, numbers as they were written. */
    static String compact(Map<String, Json> members) {
        StringWriter text = new StringWriter();
        try (JsonGenerator generator = FACTORY.createGenerator(text)) {
            generator.writeStartObject();
            writeMembers(members, generator);
            generator.writeEndObject();
        } catch (IOException e) {
            throw Invariant.broken("writing to memory failed", e.toString());
        }
        return text.toString();
    }

    /** Writes {@code members} into the object that {@code generator} is in. */
    static void writeMembers(Map<String, Json> members, JsonGenerator generator) throws IOException {
        for (Map.Entry<String, Json> member : members.entrySet()) {
            generator.writeFieldName(member.getKey());
            write(member.getValue(), generator);
        }
    }

    private static void write(Json value, JsonGenerator generator) throws IOException {
        if (value instanceof Json.Obj object) {
            generator.writeStartObject();
            writeMembers(object.members(), generator);
            generator.writeEndObject();
        } else if (value instanceof Json.Arr list) {
            generator.writeStartArray();
            for (Json item : list.items()) {
                write(item, generator);
            }
            generator.writeEndArray();
        } else if (value instanceof Json.Text text) {
            generator.writeString(text.value());
        } else if (value instanceof Json.Num number) {
            generator.writeNumber(number.digits());
        } else if (value instanceof Json.Bool bool) {
            generator.writeBoolean(bool.value());
        } else {
            generator.writeNull();
        }
    }

    private static Json value(JsonParser parser, int depth) throws IOException, Refused {
        Place place = place(parser);
        JsonToken token = parser.currentToken();
        if (depth > DEPTH_MAX && token.isStructStart()) {
            throw new Refused(place, "is nested deeper than " + DEPTH_MAX + " levels; flatten it");
        }
        return switch (token) {
            case START_OBJECT -> object(parser, depth, place);
            case START_ARRAY -> list(parser, depth, place);
            case VALUE_STRING -> new Json.Text(wellFormed(parser.getText(), place), place);
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> new Json.Num(parser.getText(), place);
            case VALUE_TRUE -> new Json.Bool(true, place);
            case VALUE_FALSE -> new Json.Bool(false, place);
            case VALUE_NULL -> new Json.Null(place);
            default -> throw new Refused(place, "is not JSON: " + token + " where a value must be");
        };
    }

    private static Json object(JsonParser parser, int depth, Place place) throws IOException, Refused {
        Map<String, Json> members = new LinkedHashMap<>();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            Place nameAt = place(parser);
            String name = wellFormed(parser.currentName(), nameAt);
            parser.nextToken();
            if (members.put(name, value(parser, depth + 1)) != null) {
                throw new Refused(nameAt, "has the member \"" + printable(name) + "\" twice; remove one");
            }
        }
        return new Json.Obj(members, place);
    }

    private static Json list(JsonParser parser, int depth, Place place) throws IOException, Refused {
        List<Json> items = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            items.add(value(parser, depth + 1));
        }
        return new Json.Arr(items, place);
    }

    private static String decoded(byte[] document) throws Refused {
        ByteBuffer bytes = ByteBuffer.wrap(document);
        try {
            // A new decoder reports malformed bytes instead of replacing them.
            return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
        } catch (CharacterCodingException e) {
            throw new Refused(placeOf(document, bytes.position()), "is not UTF-8; save it as UTF-8");
        }
    }

    private static Place placeOf(byte[] document, int offset) {
        int line = 1;
        int column = 1;
        for (int i = 0; i < offset; i++) {
            column = document[i] == '\n' ? 1 : column + 1;
            line += document[i] == '\n' ? 1 : 0;
        }
        return new Place(line, column);
    }

    private static String wellFormed(String text, Place place) throws Refused {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                if (i + 1 == text.length() || !Character.isSurrogatePair(text.charAt(i), text.charAt(i + 1))) {
                    throw new Refused(place, "has half of a surrogate pair in a text; write well-formed Unicode");
                }
                i++;
            }
        }
        return text;
    }

    private static Place place(JsonParser parser) {
        JsonLocation at = parser.currentTokenLocation();
        return new Place(at.getLineNr(), at.getColumnNr());
    }

    /** At most 200 characters, control characters as {@code ?}. */
    static String printable(String text) {
        String shown = text.length() <= 200 ? text : text.substring(0, 200) + "…";
        StringBuilder clean = new StringBuilder(shown.length());
        shown.chars().forEach(one -> clean.append(Character.isISOControl(one) ? '?' : (char) one));
        return clean.toString();
    }
}
