package io.rebalancer.http.server;

import io.rebalancer.core.object.StorageNodeId;
import java.util.function.Function;
import org.apache.pekko.http.javadsl.server.Directives;
import org.apache.pekko.http.javadsl.server.Route;

/** Storage ids in paths. */
public final class StorageNodeIds {

    private StorageNodeIds() {}

    /** Passes the storage id to {@code inner}; replies 400 to a text that is none. */
    public static Route parsed(String text, Function<StorageNodeId, Route> inner) {
        StorageNodeId node;
        try {
            node = new StorageNodeId(text);
        } catch (IllegalArgumentException e) {
            return Directives.complete(Problems.badRequest(String.valueOf(e.getMessage())));
        }
        return inner.apply(node);
    }
}
