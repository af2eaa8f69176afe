package io.rebalancer.http;

import static io.rebalancer.http.ApiServer.AUDIT;
import static io.rebalancer.http.ApiServer.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.rebalancer.core.audit.AuditActor;
import io.rebalancer.core.audit.AuditChain;
import io.rebalancer.core.audit.AuditEntry;
import io.rebalancer.core.audit.AuditFact;
import io.rebalancer.core.audit.AuditHead;
import io.rebalancer.core.audit.AuditVerifier;
import io.rebalancer.http.server.Json;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The audit log over HTTP. */
@Tag("slow")
class AuditEntryRoutesTest {
    private static final int COUNT = 1201;
    private static final String ENTRIES = "/api/v1/audit/entries";

    @BeforeAll
    static void start() throws Exception {
        ApiServer.start();
    }

    @AfterAll
    static void stop() {
        ApiServer.stop();
        AUDIT.reset();
    }

    @BeforeEach
    void fill() {
        AUDIT.reset();
        for (int number = 0; number < COUNT; number++) {
            AUDIT.append(AuditFact.requested(
                    UUID.randomUUID(), AuditActor.http("127.0.0.1"), "job.create", "döner", Map.of()));
        }
    }

    private static AuditHead last() {
        List<AuditEntry> log = AUDIT.log();
        return log.get(log.size() - 1).head();
    }

    private static List<Integer> numbers(JsonNode page) {
        List<Integer> numbers = new ArrayList<>();
        page.path("entries").forEach(entry -> numbers.add(entry.path("number").asInt()));
        return numbers;
    }

    @Test
    void thePagesOfBothOrdersHaveAllEntries() throws Exception {
        for (String first : List.of("", "&order=newest", "&after=0", "&order=oldest", "&order=oldest&after=0")) {
            String bound = first.isEmpty() || first.contains("newest") ? "before" : "after";
            List<Integer> all = new ArrayList<>();
            String path = ENTRIES + "?limit=500" + first;
            JsonNode page = Json.read(get(path).body());
            all.addAll(numbers(page));
            while (page.has("next")) {
                page = Json.read(get(ENTRIES + "?limit=500&" + bound + "=" + page.path("next"))
                        .body());
                all.addAll(numbers(page));
            }
            assertThat(all).hasSize(COUNT).doesNotHaveDuplicates();
            assertThat(all.get(0)).isEqualTo(bound.equals("after") ? 1 : COUNT);
        }
    }

    @Test
    void anEntryIsListedAsItWasHashed() throws Exception {
        assertThat(get(ENTRIES + "?limit=1").body())
                .isEqualTo(
                        "{\"entries\":[" + AuditChain.line(AUDIT.log().get(COUNT - 1)) + "],\"next\":" + COUNT + "}");
        assertThat(get(ENTRIES + "?limit=1&before=2").body())
                .isEqualTo("{\"entries\":[" + AuditChain.line(AUDIT.log().get(0)) + "]}");
        AUDIT.reset();
        assertThat(get(ENTRIES).body()).isEqualTo("{\"entries\":[]}");
    }

    @ParameterizedTest
    @CsvSource({
        "limit=0, limit must be 1 to 1000",
        "limit=1001, limit must be 1 to 1000",
        "limit=many, limit must be 1 to 1000",
        "after=x, must be the number of an entry",
        "before=-1, must be the number of an entry",
        "before=1&after=2, not both",
        "order=newest&after=2, 'with order=newest, give before'",
        "order=oldest&before=2, 'with order=oldest, give after'",
        "order=up, 'order must be newest or oldest, not up'"
    })
    void aWrongParameterIsNamed(String query, String detail) throws Exception {
        HttpResponse<String> response = get(ENTRIES + "?" + query);
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body()).contains(detail);
    }

    @Test
    void theLastEntryIsNamed() throws Exception {
        JsonNode last = Json.read(get("/api/v1/audit/last").body());
        assertThat(last.path("number").asLong()).isEqualTo(COUNT);
        assertThat(last.path("hash").asText()).isEqualTo(last().hash());
    }

    @Test
    void theExportIsTheWholeLogAndIsIntact() throws Exception {
        HttpResponse<String> response = get("/api/v1/audit/export");
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type").orElse("")).startsWith("application/x-ndjson");
        assertThat(response.headers().firstValue("Rebalancer-Audit-Last")).contains(last().text());
        assertThat(response.body()).endsWith("\n");
        assertThat(AuditVerifier.verify(response.body().lines().iterator(), Optional.of(last())))
                .isEqualTo(new AuditVerifier.Verdict(last(), Optional.empty()));
        AUDIT.reset();
        assertThat(get("/api/v1/audit/export").body()).isEmpty();
    }

    @Test
    void anExportWaitsUntilTheTablesHaveTheLastEntry() throws Exception {
        AUDIT.limitTables(COUNT - 1);
        CompletableFuture<HttpResponse<String>> export = CompletableFuture.supplyAsync(AuditEntryRoutesTest::export);
        await().during(Duration.ofMillis(300)).until(() -> !export.isDone());
        AUDIT.limitTables(COUNT);
        assertThat(export.get().body().lines()).hasSize(COUNT);
    }

    @Test
    void anExportIsRefusedWhileTheTablesLagBehind() {
        AUDIT.limitTables(COUNT - 1);
        HttpResponse<String> response = export();
        assertThat(response.statusCode()).isEqualTo(503);
        assertThat(response.body()).contains("AUDIT_UNAVAILABLE", "do not have entry " + COUNT);
    }

    /** A client must not take a part for the whole. */
    @Test
    void anExportWhoseEntriesCanNotBeReadIsCutOff() {
        AUDIT.cutTablesBefore(900);
        assertThatThrownBy(AuditEntryRoutesTest::export).hasRootCauseInstanceOf(IOException.class);
    }

    /** The list of events of jobs had the address first. */
    @Test
    void theEarlierListKeepsItsAddress() throws Exception {
        assertThat(Json.read(get("/api/v1/audit").body()).has("audit")).isTrue();
    }

    private static HttpResponse<String> export() {
        try {
            return get("/api/v1/audit/export");
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
