package io.rebalancer.core.json;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Reads the values that {@link CanonicalJson} writes. It accepts a few other spellings as well, so the caller must write the
 * value again and compare the texts.
 */
public final class JsonParser {
    private static final int MAX_DEPTH = 8;

    private final String text;
    private int at;

    private JsonParser(String text) {
        this.text = text;
    }

    /** @throws InvalidJson if the text is not one value */
    public static Object parse(String text) {
        JsonParser parser = new JsonParser(text);
        Object value = parser.value(0);
        if (parser.at < text.length()) {
            throw parser.fault("nothing may follow the value");
        }
        return value;
    }

    private Object value(int depth) {
        if (depth > MAX_DEPTH) {
            throw fault("too many levels");
        }
        return switch (peek()) {
            case '{' -> object(depth);
            case '[' -> array(depth);
            case '"' -> string();
            case 't' -> word("true", true);
            case 'f' -> word("false", false);
            default -> number();
        };
    }

    private Map<String, Object> object(int depth) {
        Map<String, Object> members = new TreeMap<>();
        expect('{');
        while (peek() != '}') {
            if (!members.isEmpty()) {
                expect(',');
            }
            String name = string();
            expect(':');
            members.put(name, value(depth + 1));
        }
        expect('}');
        return members;
    }

    private List<Object> array(int depth) {
        List<Object> elements = new ArrayList<>();
        expect('[');
        while (peek() != ']') {
            if (!elements.isEmpty()) {
                expect(',');
            }
            elements.add(value(depth + 1));
        }
        expect(']');
        return elements;
    }

    private String string() {
        StringBuilder string = new StringBuilder();
        expect('"');
        while (peek() != '"') {
            char next = take();
            string.append(next == '\\' ? escaped() : next);
        }
        expect('"');
        return string.toString();
    }

    private char escaped() {
        char kind = take();
        if (kind != 'u') {
            return kind;
        }
        int code = 0;
        for (int digit = 0; digit < 4; digit++) {
            int value = Character.digit(take(), 16);
            if (value < 0) {
                throw fault("four hexadecimal digits must follow \\u");
            }
            code = code * 16 + value;
        }
        return (char) code;
    }

    private Object word(String word, boolean value) {
        for (char each : word.toCharArray()) {
            expect(each);
        }
        return value;
    }

    private Object number() {
        int begin = at;
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
            at++;
        }
        try {
            return Long.parseLong(text.substring(begin, at));
        } catch (NumberFormatException e) {
            throw fault("a value is expected");
        }
    }

    private char peek() {
        if (at == text.length()) {
            throw fault("the text ends too early");
        }
        return text.charAt(at);
    }

    private char take() {
        char next = peek();
        at++;
        return next;
    }

    private void expect(char wanted) {
        if (peek() != wanted) {
            throw fault("'" + wanted + "' is expected");
        }
        at++;
    }

    private InvalidJson fault(String what) {
        return new InvalidJson("byte " + at + ": " + what);
    }
}
