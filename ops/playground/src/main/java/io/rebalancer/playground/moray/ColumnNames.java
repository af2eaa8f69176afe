package io.rebalancer.playground.moray;

import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Names result columns like PostgreSQL: {@code MAX(_id)} becomes {@code max} (manta.md 6.4). */
final class ColumnNames {
    // H2's PostgreSQL mode follows the rule for plain functions, but gives every aggregate this name.
    private static final String UNNAMED = "?column?";
    private static final Pattern SELECT =
            Pattern.compile("\\s*SELECT\\s+(?:ALL\\s+|DISTINCT\\s+)?", Pattern.CASE_INSENSITIVE);
    private static final Pattern CALL = Pattern.compile("\\s*(\\w+)\\s*\\(.*", Pattern.DOTALL);
    private static final Pattern FROM = Pattern.compile("\\bFROM\\b", Pattern.CASE_INSENSITIVE);

    private ColumnNames() {}

    static List<String> of(String statement, ResultSetMetaData columns) throws SQLException {
        List<String> items = selectList(statement);
        List<String> names = new ArrayList<>();
        for (int i = 0; i < columns.getColumnCount(); i++) {
            String label = columns.getColumnLabel(i + 1);
            // With a star in the list, items and columns do not correspond, so the label is all there is.
            boolean known = items.size() == columns.getColumnCount();
            Matcher call = CALL.matcher(known ? items.get(i) : "");
            names.add(label.equals(UNNAMED) && call.matches() ? call.group(1).toLowerCase(Locale.ROOT) : label);
        }
        return names;
    }

    /** The items between SELECT and its FROM, split at commas outside parentheses and quotes. */
    private static List<String> selectList(String statement) {
        Matcher select = SELECT.matcher(statement);
        if (!select.lookingAt()) {
            return List.of();
        }
        List<String> items = new ArrayList<>();
        Matcher from = FROM.matcher(statement);
        int start = select.end();
        int depth = 0;
        char quote = '\0';
        int at = start;
        for (; at < statement.length(); at++) {
            char c = statement.charAt(at);
            if (quote != '\0') {
                quote = c == quote ? '\0' : quote;
            } else if (c == '\'' || c == '"') {
                quote = c;
            } else if (c == '(' || c == ')') {
                depth += c == '(' ? 1 : -1;
            } else if (c == ',' && depth == 0) {
                items.add(statement.substring(start, at));
                start = at + 1;
            } else if (depth == 0 && (c == 'f' || c == 'F') && startsAt(from, at, statement)) {
                break;
            }
        }
        items.add(statement.substring(start, at));
        return items;
    }

    private static boolean startsAt(Matcher word, int at, String statement) {
        // With transparent bounds, the word boundary sees the character before the region.
        return word.region(at, statement.length()).useTransparentBounds(true).lookingAt();
    }
}
