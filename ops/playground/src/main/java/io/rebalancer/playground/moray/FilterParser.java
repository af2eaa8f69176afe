package io.rebalancer.playground.moray;

import java.util.ArrayList;
import java.util.List;

/** Recursive-descent parser of one filter (manta.md 7.6). */
final class FilterParser {
    /** Enough for any real filter, and far below the limit of the stack. */
    private static final int MAX_DEPTH = 100;

    private final String text;
    private int position;

    FilterParser(String text) {
        this.text = text.strip();
    }

    Filter parse() {
        if (text.isEmpty()) {
            throw problem("empty text");
        }
        Filter filter = peek() == '(' ? parenthesised(0) : comparison();
        if (position < text.length()) {
            throw problem("unexpected '" + peek() + "'");
        }
        return filter;
    }

    private Filter parenthesised(int depth) {
        if (depth > MAX_DEPTH) {
            throw problem("nested too deeply");
        }
        expect('(');
        Filter filter = switch (peek()) {
            case '&' -> new Filter.And(parts(depth));
            case '|' -> new Filter.Or(parts(depth));
            case '!' -> {
                position++;
                yield new Filter.Not(parenthesised(depth + 1));
            }
            default -> comparison();
        };
        expect(')');
        return filter;
    }

    private List<Filter> parts(int depth) {
        position++;
        List<Filter> parts = new ArrayList<>();
        do {
            parts.add(parenthesised(depth + 1));
        } while (peek() == '(');
        return List.copyOf(parts);
    }

    private Filter comparison() {
        int start = position;
        while (Character.isLetterOrDigit(peek()) || "_-.".indexOf(peek()) >= 0) {
            position++;
        }
        if (position == start) {
            throw problem("attribute name expected");
        }
        String attribute = text.substring(start, position);
        char operator = peek();
        if (operator == '>' || operator == '<') {
            position++;
            expect('=');
            List<String> bound = pieces();
            if (bound.size() > 1) {
                throw problem("'*' in a comparison");
            }
            return new Filter.Bound(attribute, bound.get(0), operator == '>');
        }
        expect('=');
        List<String> pieces = pieces();
        if (pieces.size() == 1) {
            return new Filter.Equal(attribute, pieces.get(0));
        }
        boolean onlyStars = pieces.stream().allMatch(String::isEmpty);
        return onlyStars ? new Filter.Present(attribute) : new Filter.Substring(attribute, pieces);
    }

    /** The unescaped value up to a parenthesis or the end, split at each star that is not escaped. */
    private List<String> pieces() {
        List<String> pieces = new ArrayList<>();
        StringBuilder piece = new StringBuilder();
        while (position < text.length() && peek() != ')') {
            char c = text.charAt(position++);
            switch (c) {
                case '(' -> {
                    position--;
                    throw problem("'(' in a value must be escaped as \\28");
                }
                case '*' -> {
                    pieces.add(piece.toString());
                    piece.setLength(0);
                }
                case '\\' -> piece.append(escaped());
                default -> piece.append(c);
            }
        }
        pieces.add(piece.toString());
        return List.copyOf(pieces);
    }

    private char escaped() {
        if (position < text.length() && "()*\\".indexOf(peek()) >= 0) {
            return text.charAt(position++);
        }
        int high = position < text.length() ? Character.digit(text.charAt(position), 16) : -1;
        int low = position + 1 < text.length() ? Character.digit(text.charAt(position + 1), 16) : -1;
        if (high < 0 || low < 0) {
            throw problem("two hex digits expected after '\\'");
        }
        position += 2;
        return (char) (high * 16 + low);
    }

    /** The next character; NUL at the end, which no rule accepts. */
    private char peek() {
        return position < text.length() ? text.charAt(position) : '\0';
    }

    private void expect(char wanted) {
        if (peek() != wanted || position >= text.length()) {
            throw problem("'" + wanted + "' expected");
        }
        position++;
    }

    private FilterSyntaxException problem(String what) {
        return new FilterSyntaxException(what, position, text);
    }
}
