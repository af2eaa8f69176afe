package io.rebalancer.playground;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.rebalancer.core.audit.AuditChain;
import io.rebalancer.core.audit.AuditEntry;
import io.rebalancer.core.audit.AuditHead;
import io.rebalancer.core.audit.AuditVerifier;
import io.rebalancer.core.certificate.Certificate;
import io.rebalancer.core.certificate.CertificateVerifier;
import io.rebalancer.core.certificate.InvalidCertificate;
import io.rebalancer.core.certificate.VerificationKey;
import io.rebalancer.playground.cluster.ClusterPlan;
import io.rebalancer.playground.console.Terminal;
import io.rebalancer.playground.moray.ExactJson;
import io.rebalancer.playground.region.RegionPlan;
import io.rebalancer.playground.region.RegionSurvey;
import io.rebalancer.playground.region.RegionSurvey.StoredRecord;
import io.rebalancer.testsupport.HttpCalls;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the playground end to end. */
@Tag("slow")
class EvacuateTest {
    private static final String LEAVING = RegionPlan.storageId(1);

    @TempDir
    private Path directory;

    private static PlaygroundOptions options(Path directory, int objects, boolean crash) {
        RegionPlan plan = new RegionPlan(4, objects, OptionalLong.empty(), Optional.empty(), 2, 7);
        return new PlaygroundOptions(
                plan, directory, Optional.of(LEAVING), ClusterPlan.singleManager(crash, 0), crash, false);
    }

    private Playground open(int objects, boolean crash) throws Exception {
        Path prepared = WorkDirectory.prepare(directory.resolve("run"));
        return Playground.open(options(prepared, objects, crash), prepared, Terminal.silent());
    }

    @Test
    void aNodeIsEmptiedAndEveryRecordHasAnOutcome() throws Exception {
        try (Playground playground = open(400, false)) {
            RunReport report = playground.evacuate(LEAVING);
            assertThat(report.violations()).isEmpty();
            assertThat(report.fetchedAgain()).isZero();
            JsonNode json = ExactJson.MAPPER.readTree(
                    directory.resolve("run/report.json").toFile());
            assertThat(json.path("state").asText()).isEqualTo("DONE");
            assertThat(json.path("discovered").asLong()).isPositive().isEqualTo(RunReport.sumOfOutcomes(json));
            assertThat(json.path("skipped").asLong() + json.path("failed").asLong())
                    .isZero();
            assertThat(json.path("violations")).isEmpty();
            assertCertified(json.path("job").asText());
            // A second job finds nothing, and the legacy API reports both jobs as complete.
            RunReport second = playground.evacuate(LEAVING);
            assertThat(second.job().path("discovered").asLong()).isZero();
            assertThat(second.violations()).isEmpty();
            assertThat(legacyJobs())
                    .hasSize(2)
                    .allSatisfy(job -> assertThat(job.path("state").asText()).isEqualTo("Complete"));
            // The recorder of the system's decisions looks for new ones every few seconds.
            await().atMost(Duration.ofSeconds(60)).untilAsserted(this::assertAudited);
        }
    }

    /** The log has what this test ordered, through the real journal and its tables. */
    private void assertAudited() throws Exception {
        HttpResponse<String> export =
                HttpCalls.to(region().manager().toString()).get("/api/v1/audit/export");
        assertThat(export.statusCode()).as(export.body()).isEqualTo(200);
        Optional<AuditHead> last = AuditHead.parse(
                export.headers().firstValue("Rebalancer-Audit-Last").orElse(""));
        assertThat(last).isPresent();
        assertThat(AuditVerifier.verify(export.body().lines().iterator(), last))
                .isEqualTo(new AuditVerifier.Verdict(last.get(), Optional.empty()));
        assertThat(export.body().lines().map(AuditChain::parse).map(AuditEntry::fact))
                .as("the system's own decisions")
                .extracting(fact -> fact.action() + " " + fact.subject() + " " + fact.result())
                .contains("node.fence " + LEAVING + " decided", "node.drain " + LEAVING + " decided")
                .anyMatch(entry -> entry.startsWith("job.end ") && entry.endsWith(" decided"));
        assertThat(export.body().lines().map(AuditChain::parse).map(AuditEntry::fact))
                .extracting(fact -> fact.action() + " " + fact.subject() + " " + fact.result())
                .containsSubsequence(
                        "job.create " + LEAVING + " requested",
                        "job.create " + LEAVING + " accepted",
                        "certificate.issue " + LEAVING + " requested",
                        "certificate.issue " + LEAVING + " accepted",
                        "certificate.issue " + RegionPlan.storageId(2) + " requested",
                        "certificate.issue " + RegionPlan.storageId(2) + " refused: NODE_NOT_DRAINED",
                        "job.create " + LEAVING + " requested",
                        "job.create " + LEAVING + " accepted");
    }

    private RegionFile region() throws IOException {
        return RegionFile.read(directory.resolve("run"));
    }

    /** Promise P9: the certificate and the public key are all that a third party needs, and a changed file is refused. */
    private void assertCertified(String job) throws Exception {
        HttpCalls manager = HttpCalls.to(region().manager().toString());
        HttpResponse<String> response = await().atMost(Duration.ofSeconds(60))
                .until(
                        () -> manager.get("/api/v1/storage-nodes/" + LEAVING + "/certificate"),
                        each -> each.statusCode() == 200);
        byte[] file = response.body().getBytes(StandardCharsets.UTF_8);
        JsonNode keys = ExactJson.MAPPER.readTree(
                manager.get("/api/v1/certificate-keys").body());
        List<VerificationKey> trusted = VerificationKey.parseAll(
                keys.path("keys").path(0).path("publicKey").asText());
        Certificate certificate = CertificateVerifier.verify(file, trusted);
        assertThat(certificate.node().text()).isEqualTo(LEAVING);
        assertThat(certificate.jobId()).hasToString(job);
        assertThat(certificate.settled().total()).isPositive();
        assertThat(certificate.shards())
                .hasSameSizeAs(region().shards())
                .allSatisfy(shard -> assertThat(shard.rows().read()).isPositive());
        file[file.length / 2] ^= 1;
        assertThatThrownBy(() -> CertificateVerifier.verify(file, trusted)).isInstanceOf(InvalidCertificate.class);
        HttpResponse<String> refused = manager.get("/api/v1/storage-nodes/" + RegionPlan.storageId(2) + "/certificate");
        assertThat(refused.statusCode()).isEqualTo(409);
        assertThat(refused.body()).contains("NODE_NOT_DRAINED");
    }

    private JsonNode legacyJobs() throws Exception {
        HttpCalls manager = HttpCalls.to(region().manager().toString());
        return ExactJson.MAPPER.readTree(manager.get("/jobs").body());
    }

    /** Promise P3: every change that users make during the job is preserved. */
    @Test
    void overwritesAndDeletesDuringTheJobAlwaysWin() throws Exception {
        try (Playground playground = open(500, false)) {
            List<RegionSurvey.ShardAddress> shards = region().shards();
            List<StoredRecord> leaving = RegionSurvey.read(shards).stream()
                    .filter(each -> each.names(LEAVING))
                    .toList();
            RegionUsers users = new RegionUsers(shards, leaving, 2000, leaving.size());
            Thread busy = new Thread(users, "users");
            busy.start();
            RunReport report = playground.evacuateAmongUsers(LEAVING);
            users.stop();
            busy.join();
            Map<String, StoredRecord> after = new HashMap<>();
            RegionSurvey.read(shards).forEach(each -> after.put(each.label(), each));
            users.assertLastChangesArePreserved(after);
            assertThat(after.values()).noneMatch(each -> each.names(LEAVING));
            JsonNode job = report.job();
            assertThat(job.path("state").asText()).isEqualTo("DONE");
            assertThat(RunReport.sumOfOutcomes(job))
                    .isEqualTo(job.path("discovered").asLong());
            assertThat(job.path("failed").asLong() + job.path("skipped").asLong())
                    .isZero();
        }
    }

    @Test
    void killingTheManagerAndAnAgentDuringTheJobLosesNothing() throws Exception {
        try (Playground playground = open(2000, true)) {
            RunReport report = playground.evacuate(LEAVING);
            assertThat(report.violations()).isEmpty();
            assertThat(report.kills()).extracting(KillRecord::node).containsExactly("agent-2", "manager");
            assertThat(report.job().path("state").asText()).isEqualTo("DONE");
        }
    }

    /** A fleet during its migration: some agents are cluster members, others support only the legacy HTTP API. */
    @Test
    void agentsInsideAndOutsideTheClusterReceiveCopies() throws Exception {
        Path prepared = WorkDirectory.prepare(directory.resolve("run"));
        RegionPlan plan = new RegionPlan(6, 600, OptionalLong.empty(), Optional.empty(), 2, 7);
        PlaygroundOptions options = new PlaygroundOptions(
                plan, prepared, Optional.of(LEAVING), ClusterPlan.singleManager(false, 3), false, false);
        try (Playground playground = Playground.open(options, prepared, Terminal.silent())) {
            long before = recordsOn(4) + recordsOn(5) + recordsOn(6);
            RunReport report = playground.evacuate(LEAVING);
            assertThat(report.violations()).isEmpty();
            long after = recordsOn(4) + recordsOn(5) + recordsOn(6);
            long relocated = report.job().path("relocated").asLong()
                    + report.job().path("duplicate").asLong();
            assertThat(after - before)
                    .as("records that now name an agent outside the cluster, of %d relocated records", relocated)
                    .isPositive()
                    .isLessThan(relocated);
        }
    }

    private long recordsOn(int node) throws IOException {
        return RegionSurvey.read(region().shards()).stream()
                .filter(each -> each.names(RegionPlan.storageId(node)))
                .count();
    }

    @Test
    void theFilesOfADirectoryTreeAreRelocated() throws Exception {
        Path tree = Files.createDirectories(directory.resolve("tree/deep/er"));
        Files.writeString(tree.resolve("a file.txt"), "content");
        Files.writeString(directory.resolve("tree/empty"), "");
        Files.write(directory.resolve("tree/big"), new byte[3_000_000]);
        Files.createSymbolicLink(directory.resolve("tree/link"), tree);
        for (int i = 0; i < 40; i++) {
            Files.writeString(tree.resolve("file-" + i), "number " + i);
        }
        Path prepared = WorkDirectory.prepare(directory.resolve("run"));
        RegionPlan plan = new RegionPlan(3, 5, OptionalLong.empty(), Optional.of(directory.resolve("tree")), 1, 7);
        PlaygroundOptions options = new PlaygroundOptions(
                plan, prepared, Optional.of(LEAVING), ClusterPlan.singleManager(false, 0), false, false);
        try (Playground playground = Playground.open(options, prepared, Terminal.silent())) {
            RunReport report = playground.evacuate(LEAVING);
            assertThat(report.violations()).isEmpty();
            assertThat(report.verified().records()).isEqualTo(43);
            assertThat(report.job().path("relocated").asLong()).isPositive();
        }
    }
}
