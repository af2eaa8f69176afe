package io.rebalancer.http.v1.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.port.JobHistory.ExceptionLine;
import io.rebalancer.core.port.JobHistory.Page;
import io.rebalancer.http.HistoryInMemory;
import io.rebalancer.http.server.Json;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** An export has each exception once, whatever the size of the pages, and is never complete if a page is missing. */
class ExceptionExportTest {
    private static final ActorTestKit KIT = ActorTestKit.create();
    private static final UUID JOB = new UUID(0, 1);

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private static String export(HistoryInMemory history, int pageSize, Optional<Reason> reason, ExceptionFormat format)
            throws Exception {
        return new ExceptionExport(history, pageSize)
                .response(JOB, reason, format)
                .thenCompose(response -> response.entity()
                        .toStrict(
                                Duration.ofSeconds(30).toMillis(), KIT.system().classicSystem()))
                .toCompletableFuture()
                .get(30, TimeUnit.SECONDS)
                .getData()
                .utf8String();
    }

    @Test
    void eachPageIsInTheFile() throws Exception {
        String whole = export(new HistoryInMemory(), 1000, Optional.empty(), ExceptionFormat.JSONL);
        assertThat(whole.lines()).hasSize(5).doesNotHaveDuplicates();
        for (int pageSize = 1; pageSize <= 6; pageSize++) {
            assertThat(export(new HistoryInMemory(), pageSize, Optional.empty(), ExceptionFormat.JSONL))
                    .isEqualTo(whole);
        }
        assertThat(Json.read(whole.lines().findFirst().orElseThrow())
                        .path("key")
                        .asText())
                .isEqualTo("/o/stor/0");
    }

    @Test
    void aTableHasALineOfNamesAlsoWithoutExceptions() throws Exception {
        List<String> lines = export(new HistoryInMemory(), 2, Optional.of(Reason.MD5_MISMATCH), ExceptionFormat.CSV)
                .lines()
                .toList();
        assertThat(lines)
                .containsExactly(
                        "shard,key,kind,reason,retryClass,detail,pass,attempts,storageNode,assignmentId,firstAt,lastAt",
                        "\"1\",\"/o/stor/0\",\"skipped\",\"md5_mismatch\",\"transient\",\"no node has room\",\"1\",\"2\","
                                + "\"9.stor.d\",\"00000000-0000-0001-0000-000000000000\",\"1970-01-01T00:00:00Z\","
                                + "\"1970-01-01T00:01:00Z\"");
        assertThat(export(new HistoryInMemory(), 2, Optional.of(Reason.AGENT_BUSY), ExceptionFormat.CSV)
                        .lines())
                .hasSize(1);
    }

    @Test
    void aQuoteInAKeyStaysInItsField() {
        ExceptionView view = ExceptionView.of(new ExceptionLine(
                1,
                "/o/stor/a\",\"b\nc",
                io.rebalancer.core.assignment.UnmovedRecord.Kind.FAILED,
                Reason.MD5_MISMATCH,
                "x",
                1,
                1,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty()));
        assertThat(ExceptionFormat.CSV.line(view)).startsWith("\"1\",\"/o/stor/a\"\",\"\"b\nc\",\"failed\"");
    }

    @Test
    void aLostObjectIsInTheFileWithTheAnswerOfEachSource() throws Exception {
        ExceptionView view = ExceptionView.of(new ExceptionLine(
                1,
                "/o/stor/lost",
                io.rebalancer.core.assignment.UnmovedRecord.Kind.FAILED,
                Reason.UNRECOVERABLE,
                "1.stor: answered 404; 2.stor: answered 404",
                1,
                1,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty()));
        assertThat(ExceptionFormat.CSV.line(view))
                .contains("\"failed\",\"unrecoverable\",\"transient\",\"1.stor: answered 404; 2.stor: answered 404\"");
        assertThat(Json.read(ExceptionFormat.JSONL.line(view)).path("reason").asText())
                .isEqualTo("unrecoverable");
    }

    @Test
    void aPageThatCannotBeReadBreaksTheFileOff() {
        HistoryInMemory history = new HistoryInMemory() {
            @Override
            public CompletionStage<Page<ExceptionLine>> exceptions(
                    UUID jobId, Optional<Reason> reason, Optional<String> after, int limit) {
                return after.isEmpty()
                        ? super.exceptions(jobId, reason, after, limit)
                        : CompletableFuture.failedFuture(new IOException("the database is away"));
            }
        };
        assertThat(CompletableFuture.supplyAsync(() -> {
                    try {
                        return export(history, 2, Optional.empty(), ExceptionFormat.JSONL);
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                }))
                .failsWithin(Duration.ofSeconds(60));
    }
}
