package io.rebalancer.manager.metadata;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.manager.fast.ExactJson;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The list of copies in the text of a record's document. A change replaces only the characters that it is about: all other
 * members keep each digit, escape and space. Of a member that occurs twice, the last one counts, as in Moray.
 */
final class CopiesText {
    private static final String DATACENTER = "datacenter";
    private static final String STORAGE_ID = "manta_storage_id";

    private final String document;
    private final List<Entry> entries;
    private final int end;

    /** @param end the index of the bracket that ends the list */
    private CopiesText(String document, List<Entry> entries, int end) {
        this.document = document;
        this.entries = entries;
        this.end = end;
    }

    /** Characters of a document: those of a text with its quotes. */
    private record Span(int begin, int end, String text) {}

    private record Entry(Span datacenter, Span storageId) {}

    /**
     * Finds the list of copies.
     *
     * @return empty if the document has none, or an entry of it lacks its datacenter or storage id
     * @throws IOException if the document is not JSON
     */
    static Optional<CopiesText> in(String document) throws IOException {
        Optional<CopiesText> found = Optional.empty();
        try (JsonParser parser = ExactJson.MAPPER.createParser(document)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return Optional.empty();
            }
            for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
                JsonToken value = parser.nextToken();
                if (name.equals("sharks")) {
                    found = value == JsonToken.START_ARRAY ? list(document, parser) : Optional.empty();
                }
                parser.skipChildren();
            }
        }
        return found;
    }

    private static Optional<CopiesText> list(String document, JsonParser parser) throws IOException {
        List<Entry> entries = new ArrayList<>();
        boolean complete = true;
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            Optional<Entry> entry = parser.currentToken() == JsonToken.START_OBJECT ? entry(parser) : Optional.empty();
            parser.skipChildren();
            entry.ifPresent(entries::add);
            complete &= entry.isPresent();
        }
        int end = (int) parser.currentTokenLocation().getCharOffset();
        return complete ? Optional.of(new CopiesText(document, entries, end)) : Optional.empty();
    }

    private static Optional<Entry> entry(JsonParser parser) throws IOException {
        Optional<Span> datacenter = Optional.empty();
        Optional<Span> storageId = Optional.empty();
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
            JsonToken value = parser.nextToken();
            if (name.equals(DATACENTER)) {
                datacenter = span(parser, value);
            } else if (name.equals(STORAGE_ID)) {
                storageId = span(parser, value);
            }
            parser.skipChildren();
        }
        Optional<Span> id = storageId;
        return datacenter.flatMap(text -> id.map(idText -> new Entry(text, idText)));
    }

    private static Optional<Span> span(JsonParser parser, JsonToken value) throws IOException {
        if (value != JsonToken.VALUE_STRING) {
            return Optional.empty();
        }
        int begin = (int) parser.currentTokenLocation().getCharOffset();
        // The parser reads a text when it is asked for, and only then knows where it ends.
        String text = parser.getText();
        return Optional.of(new Span(begin, (int) parser.currentLocation().getCharOffset(), text));
    }

    /** How many entries name a storage node. */
    long entriesOf(StorageNodeId node) {
        return entries.stream()
                .filter(entry -> entry.storageId.text.equals(node.text()))
                .count();
    }

    /** The document with each entry of {@code leaving} naming {@code destination}. */
    String withMoved(StorageNodeId leaving, CopyLocation destination) {
        StringBuilder changed = new StringBuilder(document.length() + Byte.MAX_VALUE);
        int at = 0;
        for (Entry entry : entries) {
            if (entry.storageId.text.equals(leaving.text())) {
                boolean idFirst = entry.storageId.begin < entry.datacenter.begin;
                at = replace(changed, at, idFirst ? entry.storageId : entry.datacenter, idFirst, destination);
                at = replace(changed, at, idFirst ? entry.datacenter : entry.storageId, !idFirst, destination);
            }
        }
        return changed.append(document, at, document.length()).toString();
    }

    private int replace(StringBuilder changed, int at, Span span, boolean isId, CopyLocation destination) {
        changed.append(document, at, span.begin)
                .append(quoted(isId ? destination.storageNode().text() : destination.datacenter()));
        return span.end;
    }

    /** The document with one more entry at the end of the list. */
    String withAdded(CopyLocation destination) {
        String entry = "{\"" + DATACENTER + "\":" + quoted(destination.datacenter()) + ",\"" + STORAGE_ID + "\":"
                + quoted(destination.storageNode().text()) + "}";
        return document.substring(0, end) + (entries.isEmpty() ? "" : ",") + entry + document.substring(end);
    }

    private static String quoted(String text) {
        return '"' + String.valueOf(JsonStringEncoder.getInstance().quoteAsString(text)) + '"';
    }
}
