package io.rebalancer.adm;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Items as aligned rows for people. Ids and names are never cut off, so that they can be copied. A text of any length belongs
 * into the note of a row, which is wrapped.
 */
final class Table {
    /** Lines of notes are not longer. */
    static final int MAX_WIDTH = 100;

    private static final String GAP = "  ";
    private static final String NOTE_INDENT = "    ";

    private final List<Column> columns = new ArrayList<>();
    private Function<JsonNode, String> note = item -> "";

    private record Column(String header, boolean right, Function<JsonNode, String> cell) {}

    /** Adds a column of texts. */
    Table text(String header, Function<JsonNode, String> cell) {
        columns.add(new Column(header, false, cell));
        return this;
    }

    /** Adds a column of texts that are members of the items. */
    Table text(String header, String member) {
        return text(header, item -> item.path(member).asText("-"));
    }

    /** Adds a column of numbers that are members of the items. */
    Table number(String header, String member) {
        return number(header, item -> Figures.count(item.path(member).asLong()));
    }

    /** Adds a column of numbers. */
    Table number(String header, Function<JsonNode, String> cell) {
        columns.add(new Column(header, true, cell));
        return this;
    }

    /** Adds a text below each row for which it is not empty. */
    Table note(Function<JsonNode, String> text) {
        this.note = text;
        return this;
    }

    /** Prints the rows of some items, below a header. */
    void print(PrintWriter out, JsonNode items) {
        printer(out).accept(items);
    }

    /** Prints the rows of one page after the other, below one header. */
    Consumer<JsonNode> printer(PrintWriter out) {
        List<Integer> widths = new ArrayList<>();
        return items -> {
            List<List<String>> rows = new ArrayList<>();
            items.forEach(item -> rows.add(
                    columns.stream().map(each -> each.cell().apply(item)).toList()));
            if (widths.isEmpty()) {
                for (int column = 0; column < columns.size(); column++) {
                    widths.add(width(column, rows));
                }
                out.println(line(columns.stream().map(Column::header).toList(), widths));
            }
            for (int row = 0; row < rows.size(); row++) {
                out.println(line(rows.get(row), widths));
                wrapped(note.apply(items.path(row)), MAX_WIDTH - NOTE_INDENT.length())
                        .forEach(each -> out.println(NOTE_INDENT + each));
            }
        };
    }

    private int width(int column, List<List<String>> rows) {
        int width = columns.get(column).header().length();
        for (List<String> row : rows) {
            width = Math.max(width, row.get(column).length());
        }
        return width;
    }

    private String line(List<String> cells, List<Integer> widths) {
        StringBuilder line = new StringBuilder();
        for (int column = 0; column < cells.size(); column++) {
            String padding = " "
                    .repeat(Math.max(0, widths.get(column) - cells.get(column).length()));
            boolean right = columns.get(column).right();
            line.append(column == 0 ? "" : GAP)
                    .append(right ? padding : "")
                    .append(cells.get(column))
                    .append(right ? "" : padding);
        }
        return line.toString().stripTrailing();
    }

    /** The text in lines of at most {@code width} characters, but for longer words. An empty text has no line. */
    static List<String> wrapped(String text, int width) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : text.strip().split("\\s+")) {
            if (line.length() > 0 && line.length() + 1 + word.length() > width) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.length() == 0 ? "" : " ").append(word);
        }
        if (line.length() > 0) {
            lines.add(line.toString());
        }
        return lines;
    }
}
