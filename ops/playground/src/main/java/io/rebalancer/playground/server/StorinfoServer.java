package io.rebalancer.playground.server;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.Http;
import org.apache.pekko.http.javadsl.ServerBinding;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCode;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.server.AllDirectives;
import org.apache.pekko.http.javadsl.server.PathMatchers;
import org.apache.pekko.http.javadsl.server.Route;

/** A storinfo server (manta.md section 8). */
public final class StorinfoServer extends AllDirectives {
    private static final int DEFAULT_LIMIT = 100;
    private static final int MAX_PAGE_SIZE = 500;
    private static final Set<String> PARAMETERS = Set.of("limit", "after_id");

    private final Supplier<List<ObjectNode>> nodes;

    private StorinfoServer(Supplier<List<ObjectNode>> nodes) {
        this.nodes = nodes;
    }

    /**
     * @param nodes the storage nodes in the order of their ids, each with member {@code manta_storage_id}
     * @param port port to listen on, or 0 for a free port
     */
    public static CompletionStage<ServerBinding> start(
            ActorSystem<?> system, Supplier<List<ObjectNode>> nodes, String host, int port) {
        return Http.get(system).newServerAt(host, port).bind(new StorinfoServer(nodes).routes());
    }

    private Route routes() {
        return concat(
                path("flush", () -> post(() -> complete(StatusCodes.NO_CONTENT))),
                pathPrefix(
                        "storagenodes",
                        () -> concat(
                                pathEnd(() -> get(() -> parameterMap(query -> complete(page(query))))),
                                path(PathMatchers.segment(), id -> get(() -> complete(one(id)))))));
    }

    private HttpResponse one(String id) {
        return nodes.get().stream()
                .filter(node -> id(node).equals(id))
                .findFirst()
                .map(node -> json(StatusCodes.OK, node.toString()))
                .orElseGet(() -> error(StatusCodes.NOT_FOUND, id + " does not exist"));
    }

    private HttpResponse page(Map<String, String> query) {
        Optional<Integer> limit = limit(query.getOrDefault("limit", String.valueOf(DEFAULT_LIMIT)));
        if (!PARAMETERS.containsAll(query.keySet()) || limit.isEmpty()) {
            return error(
                    StatusCodes.BAD_REQUEST,
                    "only the parameters limit (1 to " + MAX_PAGE_SIZE + ") and after_id are supported");
        }
        List<ObjectNode> all = nodes.get();
        String after = query.getOrDefault("after_id", "");
        int start = 0;
        if (!after.isEmpty()) {
            List<String> ids = all.stream().map(StorinfoServer::id).toList();
            start = ids.indexOf(after) + 1;
            if (start == 0) {
                start = (int)
                        ids.stream().filter(id -> id.compareTo(after) <= 0).count();
                if (start == ids.size()) {
                    return error(StatusCodes.NOT_FOUND, after + " does not exist");
                }
            }
        }
        ArrayNode page = JsonNodeFactory.instance.arrayNode();
        all.stream().skip(start).limit(limit.get()).forEach(page::add);
        return json(StatusCodes.OK, page.toString());
    }

    private static Optional<Integer> limit(String text) {
        try {
            int limit = Integer.parseInt(text);
            return limit >= 1 && limit <= MAX_PAGE_SIZE ? Optional.of(limit) : Optional.empty();
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static String id(ObjectNode node) {
        return node.path("manta_storage_id").asText();
    }

    private static HttpResponse error(StatusCode status, String message) {
        return json(
                status,
                JsonNodeFactory.instance.objectNode().put("message", message).toString());
    }

    private static HttpResponse json(StatusCode status, String body) {
        return HttpResponse.create().withStatus(status).withEntity(ContentTypes.APPLICATION_JSON, body);
    }
}
