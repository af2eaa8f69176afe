package io.rebalancer.manager.storinfo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.StorageInventory;
import io.rebalancer.core.storage.StorageNode;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.Http;
import org.apache.pekko.http.javadsl.model.HttpEntity;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;

/** Reads the inventory from storinfo, page by page (manta.md section 8). */
public final class StorinfoClient implements StorageInventory {
    private static final int PAGE_SIZE = 500;
    private static final long MAX_PAGE_BYTES = 8 << 20;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final ActorSystem<?> system;
    private final URI base;
    private final Duration timeout;

    /** @param base such as {@code http://storinfo.us-east.example.com} */
    public StorinfoClient(ActorSystem<?> system, URI base, Duration timeout) {
        this.system = system;
        this.base = base;
        this.timeout = timeout;
    }

    @Override
    public CompletionStage<List<StorageNode>> storageNodes() {
        return pagesAfter(Optional.empty(), new ArrayList<>());
    }

    private CompletionStage<List<StorageNode>> pagesAfter(Optional<String> lastId, List<StorageNode> found) {
        return page(lastId).thenCompose(page -> {
            for (JsonNode each : page) {
                found.add(node(each));
            }
            if (page.size() < PAGE_SIZE) {
                return CompletableFuture.completedFuture(List.copyOf(found));
            }
            return pagesAfter(
                    Optional.of(
                            page.get(page.size() - 1).path("manta_storage_id").asText()),
                    found);
        });
    }

    private CompletionStage<JsonNode> page(Optional<String> lastId) {
        String uri = base + "/storagenodes?limit=" + PAGE_SIZE
                + lastId.map(id -> "&after_id=" + URLEncoder.encode(id, StandardCharsets.UTF_8))
                        .orElse("");
        return Http.get(system)
                .singleRequest(HttpRequest.create(uri))
                .thenCompose(response -> response.entity()
                        .withSizeLimit(MAX_PAGE_BYTES)
                        .toStrict(timeout.toMillis(), system)
                        .thenApply(body -> read(uri, response, body, lastId.isPresent())));
    }

    private static JsonNode read(String uri, HttpResponse response, HttpEntity.Strict body, boolean followUp) {
        if (followUp && response.status().equals(StatusCodes.NOT_FOUND)) {
            // The node that the cursor names was removed, and no node follows it.
            return JSON.createArrayNode();
        }
        String text = body.getData().utf8String();
        if (!response.status().equals(StatusCodes.OK)) {
            throw new IllegalStateException(uri + " returned " + response.status() + ": " + text);
        }
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new CompletionException(uri + " returned invalid JSON: " + e.getOriginalMessage(), e);
        }
    }

    private static StorageNode node(JsonNode each) {
        return new StorageNode(
                new StorageNodeId(each.path("manta_storage_id").asText()),
                each.path("datacenter").asText(),
                member(each, "availableMB", "available_mb").asLong(),
                (int) Math.ceil(member(each, "percentUsed", "percent_used").asDouble()));
    }

    private static JsonNode member(JsonNode each, String name, String alias) {
        JsonNode member = each.has(name) ? each.path(name) : each.path(alias);
        if (!member.isNumber()) {
            throw new IllegalStateException("storinfo entry has no number in " + name + ": " + each);
        }
        return member;
    }
}
