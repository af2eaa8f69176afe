package io.rebalancer.http.v1.nodes;

import io.rebalancer.core.port.JobHistory.BadCursor;
import io.rebalancer.core.text.StableWord;
import io.rebalancer.http.v1.nodes.FleetView.NodeLine;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/**
 * The order of the fleet. A cursor is the storage id of the last node, or the word of the order, the figure of the last node and
 * its storage id. If figures change between two pages, a node may be in both or in neither.
 */
enum FleetSort {
    NAME(node -> 0),
    /** Most free space first. */
    FREE(node -> -node.availableMib()),
    /** Fullest first. */
    USED(node -> -node.percentUsed());

    private static final String SEPARATOR = "/";
    private static final int PARTS = 3;

    private final ToLongFunction<NodeLine> figure;

    FleetSort(ToLongFunction<NodeLine> figure) {
        this.figure = figure;
    }

    /** Where a page ends. */
    private record Place(long figure, String storageNode) {
        private static final Comparator<Place> ORDER =
                Comparator.comparingLong(Place::figure).thenComparing(Place::storageNode);
    }

    /** The order with this word. */
    static Optional<FleetSort> parse(String word) {
        return Arrays.stream(values())
                .filter(each -> StableWord.of(each).equals(word))
                .findFirst();
    }

    /** All words, for messages. */
    static String words() {
        return Arrays.stream(values()).map(StableWord::of).collect(Collectors.joining(", "));
    }

    /**
     * The nodes behind a cursor, in this order.
     *
     * @throws BadCursor if the cursor is of another order
     */
    List<NodeLine> behind(Optional<String> cursor, List<NodeLine> nodes) {
        Optional<Place> last = cursor.map(this::parseCursor);
        return nodes.stream()
                .filter(node -> last.map(place -> Place.ORDER.compare(place(node), place) > 0)
                        .orElse(true))
                .sorted(Comparator.comparing(this::place, Place.ORDER))
                .toList();
    }

    private Place place(NodeLine node) {
        return new Place(figure.applyAsLong(node), node.storageNode());
    }

    /** The cursor of a page that ends with this node. */
    String cursor(NodeLine last) {
        return this == NAME
                ? last.storageNode()
                : String.join(
                        SEPARATOR, StableWord.of(this), String.valueOf(figure.applyAsLong(last)), last.storageNode());
    }

    private Place parseCursor(String cursor) {
        String[] parts = cursor.split(SEPARATOR, -1);
        boolean isName = parts.length == 1;
        if (this == NAME && isName) {
            return new Place(0, cursor);
        }
        if (isName
                || (parts.length == PARTS
                        && !parts[0].equals(StableWord.of(this))
                        && parse(parts[0]).isPresent())) {
            throw BadCursor.ofOtherOrder(cursor);
        }
        if (parts.length != PARTS || !parts[0].equals(StableWord.of(this))) {
            throw new BadCursor(cursor, null);
        }
        try {
            return new Place(Long.parseLong(parts[1]), parts[2]);
        } catch (NumberFormatException e) {
            throw new BadCursor(cursor, e);
        }
    }
}
