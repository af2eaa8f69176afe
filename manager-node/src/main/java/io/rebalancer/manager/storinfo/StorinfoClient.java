package io.rebalancer.manager.storinfo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.StorageInventory;
import io.rebalancer.core.storage.StorageNode;
import io.rebalancer.core.text.OneLine;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import kamon.Kamon;
import kamon.metric.Counter;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.Http;
import org.apache.pekko.http.javadsl.model.HttpEntity;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the inventory from storinfo, page by page (manta.md section 8). An entry that can't be read is skipped: it must
 * not keep the other nodes from being used. It is counted with each reading, and logged once for each node. If no entry
 * can be read, the reading fails.
 */
public final class StorinfoClient implements StorageInventory {
    private static final int PAGE_SIZE = 500;
    private static final long MAX_PAGE_BYTES = 8 << 20;
    private static final ObjectMapper JSON = new ObjectMapper();
    /** Nodes with invalid entries that are remembered as logged. */
    private static final int MAX_LOGGED = 1000;

    private static final Logger LOGGER = LoggerFactory.getLogger(StorinfoClient.class);

    private final ActorSystem<?> system;
    private final URI base;
    private final Duration timeout;
    private final Counter invalidEntries =
            Kamon.counter("rebalancer.storinfo.invalid-entries").withoutTags();
    private final Set<String> logged = ConcurrentHashMap.newKeySet();

    /** @param base such as {@code http://storinfo.us-east.example.com} */
    public StorinfoClient(ActorSystem<?> system, URI base, Duration timeout) {
        this.system = system;
        this.base = base;
        this.timeout = timeout;
    }

    @Override
    public CompletionStage<List<StorageNode>> storageNodes() {
        return pagesAfter(Optional.empty(), new Reading(new ArrayList<>(), new ArrayList<>()));
    }

    /** @param faults one line for each entry that can't be read */
    private record Reading(List<StorageNode> found, List<String> faults) {}

    private CompletionStage<List<StorageNode>> pagesAfter(Optional<String> lastId, Reading reading) {
        return page(lastId).thenCompose(page -> {
            for (JsonNode each : page) {
                take(each, reading);
            }
            if (page.size() == PAGE_SIZE) {
                String last = page.get(PAGE_SIZE - 1).path("manta_storage_id").asText();
                return pagesAfter(Optional.of(last), reading);
            }
            if (reading.found().isEmpty() && !reading.faults().isEmpty()) {
                return CompletableFuture.failedFuture(
                        new IllegalStateException("no entry of storinfo is valid; the first fault: "
                                + reading.faults().get(0)));
            }
            return CompletableFuture.completedFuture(List.copyOf(reading.found()));
        });
    }

    private void take(JsonNode each, Reading reading) {
        try {
            reading.found().add(node(each));
        } catch (IllegalArgumentException e) {
            String fault = OneLine.of(e);
            reading.faults().add(fault);
            invalidEntries.increment();
            if (logged.size() < MAX_LOGGED
                    && logged.add(each.path("manta_storage_id").asText())) {
                LOGGER.warn("storinfo lists a storage node that is not used, because its entry is invalid: {}", fault);
            }
        }
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
            throw new IllegalArgumentException("storinfo entry has no number in " + name + ": " + each);
        }
        return member;
    }
}
