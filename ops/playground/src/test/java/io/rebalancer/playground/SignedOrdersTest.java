package io.rebalancer.playground;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.rebalancer.cluster.Entities;
import io.rebalancer.cluster.StorageAgents;
import io.rebalancer.cluster.message.AgentMessage;
import io.rebalancer.cluster.message.InventoryMessage;
import io.rebalancer.cluster.order.OrderCodec;
import io.rebalancer.cluster.order.OrderSender;
import io.rebalancer.cluster.order.OrderSigner;
import io.rebalancer.cluster.settings.ClusterSettings;
import io.rebalancer.cluster.settings.SettingsFile;
import io.rebalancer.cluster.tls.NamePatterns;
import io.rebalancer.cluster.tls.PemIdentity;
import io.rebalancer.core.agent.CopyGate;
import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.CopyTask;
import io.rebalancer.core.assignment.FencingToken;
import io.rebalancer.core.inventory.CopyKey;
import io.rebalancer.core.object.ContentMd5;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.reconcile.QuarantineOrder;
import io.rebalancer.core.reconcile.RunToken;
import io.rebalancer.loopback.LoopbackPorts;
import io.rebalancer.playground.cluster.ClusterPlan;
import io.rebalancer.playground.console.Terminal;
import io.rebalancer.playground.region.RegionPlan;
import io.rebalancer.testsupport.HttpCalls;
import io.rebalancer.testsupport.TestAuthority;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * A region whose members have certificates of one authority, and whose agents obey managers only. An intruder is a member with
 * the certificate of an agent.
 */
@Tag("slow")
@Tag("external")
@EnabledIfSystemProperty(named = "signed.orders", matches = "true", disabledReason = "run by make test-signed-orders")
class SignedOrdersTest {
    private static final Duration TIMEOUT = Duration.ofMinutes(2);
    private static final String LEAVING = RegionPlan.storageId(1);
    private static final String FROM = RegionPlan.storageId(2);
    private static final String VICTIM = RegionPlan.storageId(3);
    private static final StorageNodeId VICTIM_NODE = new StorageNodeId(VICTIM);
    private static final UUID JOB = new UUID(7, 7);

    @TempDir
    private Path directory;

    private final ObjectMapper json = new ObjectMapper();
    private TestAuthority authority;

    @BeforeEach
    void createCertificates() throws Exception {
        authority = TestAuthority.create(
                directory.resolve("certificates"),
                "ec",
                "manager",
                "agent-1",
                "agent-2",
                "agent-3",
                "agent-4",
                "member");
    }

    /** @param manager the pattern of names of managers, in which {@link ClusterPlan#NODE_NAME} stands for the node's name */
    private Playground open(String manager) throws Exception {
        ClusterPlan cluster = new ClusterPlan(
                Optional.empty(),
                false,
                0,
                1,
                Optional.empty(),
                Optional.empty(),
                true,
                Map.of(
                        "rebalancer.cluster.tls.enabled",
                        true,
                        "rebalancer.cluster.tls.authority",
                        authority.authority().toString(),
                        "rebalancer.cluster.tls.certificate",
                        authority.certificate(ClusterPlan.NODE_NAME).toString(),
                        "rebalancer.cluster.tls.key",
                        authority.key(ClusterPlan.NODE_NAME).toString(),
                        // The first and only element of the list.
                        "rebalancer.cluster.tls.manager-names.0",
                        manager));
        RegionPlan plan = new RegionPlan(4, 200, OptionalLong.empty(), Optional.empty(), 2, 7);
        Path run = WorkDirectory.prepare(directory.resolve("run"));
        return Playground.open(
                new PlaygroundOptions(plan, run, Optional.of(LEAVING), cluster, false, false), run, Terminal.silent());
    }

    private JsonNode read(HttpResponse<String> response) throws IOException {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return json.readTree(response.body());
    }

    private List<Path> files(String node) throws IOException {
        try (Stream<Path> files = Files.walk(directory.resolve("run/nodes").resolve(node))) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> !file.toString().contains("/.rebalancer/"))
                    .toList();
        }
    }

    private static Path owner(Path file) {
        return file.getName(file.getNameCount() - 2);
    }

    private static Path inner(Path file) {
        return owner(file).resolve(file.getFileName());
    }

    private static UUID uuid(Path name) {
        return UUID.fromString(name.toString());
    }

    @Test
    void ordersOfManagersAreObeyedAndThoseOfAnAgentsCertificateAreNot() throws Exception {
        try (Playground playground = open("manager")) {
            intrude(playground);
            RunReport report = playground.evacuate(LEAVING);
            assertThat(report.violations()).isEmpty();
            assertThat(read(HttpCalls.to(playground.managerUrl()).get("/api/v1/storage-nodes/" + VICTIM + "/agent"))
                            .path("gate")
                            .asText())
                    .isEqualToIgnoringCase("open");
            assertThat(json.readTree(directory.resolve("run/report.json").toFile())
                            .path("state")
                            .asText())
                    .isEqualTo("DONE");
        }
    }

    /** The intruder orders a copy, a removal of a file and the end of all copies, without a signature and with its own. */
    private void intrude(Playground playground) throws Exception {
        Path source = files(FROM).stream()
                .filter(file -> missing(VICTIM, file))
                .findFirst()
                .orElseThrow();
        Path kept = files(VICTIM).get(0);
        List<Path> before = files(VICTIM);
        ActorSystem<Void> intruder = member(playground);
        try {
            PemIdentity own = PemIdentity.readMutual(
                    authority.certificate("agent-2"), authority.key("agent-2"), authority.authority());
            OrderSigner signer = new OrderSigner(
                    new OrderCodec(intruder), () -> own, new NamePatterns(List.of("agent-2")), Clock.systemUTC());
            assertRefused(intruder, Optional.empty(), source, kept, "it is not signed");
            assertRefused(
                    intruder,
                    Optional.of(signer),
                    source,
                    kept,
                    "the names [agent-2, rebalancer], and none matches cluster.tls.manager-names [manager]");
        } finally {
            // It leaves the cluster. Its end is not awaited: TlsTest explains why Pekko may not terminate a system with
            // TLS.
            intruder.terminate();
        }
        assertThat(files(VICTIM)).containsExactlyInAnyOrderElementsOf(before);
        JsonNode held =
                read(HttpCalls.to(playground.cluster().agentOf(VICTIM).http().toString())
                        .get("/api/v1/agent/assignments"));
        assertThat(held.path("assignments")).isEmpty();
    }

    private boolean missing(String node, Path file) {
        return Files.notExists(directory.resolve("run/nodes").resolve(node).resolve(inner(file)));
    }

    /** A member of the cluster with the certificate of an agent. */
    private ActorSystem<Void> member(Playground playground) throws IOException {
        Config manager = ConfigFactory.parseFile(
                playground.cluster().manager().settings().toFile());
        Config root = SettingsFile.over(ConfigFactory.parseMap(Map.of(
                        "rebalancer.cluster.tls.certificate",
                        authority.certificate("agent-2").toString(),
                        "rebalancer.cluster.tls.key",
                        authority.key("agent-2").toString(),
                        "rebalancer.cluster.port",
                        LoopbackPorts.reserve()))
                .withFallback(manager));
        ActorSystem<Void> system = ActorSystem.create(
                Behaviors.empty(),
                ClusterSettings.SYSTEM_NAME,
                ClusterSettings.from(root).applyTo(root, List.of("intruder")));
        StorageAgents.startProxy(system);
        return system;
    }

    /** Messages of one sender arrive in their order: when the last one was answered, the first one was refused. */
    private void assertRefused(
            ActorSystem<?> intruder, Optional<OrderSigner> signer, Path source, Path kept, String reason)
            throws Exception {
        OrderSender orders = new OrderSender(
                intruder,
                node -> ClusterSharding.get(intruder).entityRefFor(Entities.STORAGE_AGENT, node.text()),
                signer);
        // Until the intruder is a member, its messages are lost or late.
        await().atMost(TIMEOUT)
                .until(() -> orders.ask(VICTIM_NODE, AgentMessage.AskClock::new, Duration.ofSeconds(5))
                        .handle((reply, failure) -> failure == null)
                        .toCompletableFuture()
                        .get());
        orders.tell(VICTIM_NODE, new AgentMessage.Assign(new FencingToken(JOB, 1), assignment(source)));
        QuarantineOrder removal = removal(kept);
        InventoryMessage.Reply moved = orders.<InventoryMessage.Reply>ask(
                        VICTIM_NODE,
                        replyTo -> new InventoryMessage.Quarantine(removal, replyTo),
                        Duration.ofSeconds(60))
                .toCompletableFuture()
                .get();
        assertThat(moved)
                .isInstanceOfSatisfying(
                        InventoryMessage.Failed.class,
                        failed -> assertThat(failed.detail()).contains(reason));
        AgentMessage.OperatorReply stopped = orders.<AgentMessage.OperatorReply>ask(
                        VICTIM_NODE,
                        replyTo -> new AgentMessage.SetGate(CopyGate.STOPPED, replyTo),
                        Duration.ofSeconds(60))
                .toCompletableFuture()
                .get();
        assertThat(stopped)
                .isInstanceOfSatisfying(
                        AgentMessage.RequestFailed.class,
                        failed -> assertThat(failed.detail()).contains(reason));
    }

    private static Assignment assignment(Path source) throws Exception {
        byte[] content = Files.readAllBytes(source);
        CopyTask task = new CopyTask(
                new RecordRef(1, "/stolen"),
                uuid(source.getFileName()),
                uuid(owner(source)),
                Math.max(1, content.length),
                new ContentMd5(Base64.getEncoder()
                        .encodeToString(MessageDigest.getInstance("MD5").digest(content))),
                List.of(new StorageNodeId(FROM)));
        return new Assignment(UUID.randomUUID(), new CopyLocation("dc", VICTIM_NODE), List.of(task));
    }

    private static QuarantineOrder removal(Path file) throws IOException {
        BasicFileAttributes facts = Files.readAttributes(file, BasicFileAttributes.class);
        FileTime changed = (FileTime) Files.getAttribute(file, "unix:ctime");
        return new QuarantineOrder(
                new RunToken(new UUID(9, 9), 9, 1),
                1,
                List.of(new QuarantineOrder.File(
                        new CopyKey(uuid(owner(file)), uuid(file.getFileName())),
                        facts.size(),
                        facts.lastModifiedTime().toMillis(),
                        changed.toMillis())));
    }

    /** Each agent takes its own name for that of managers, and has another certificate, so none obeys the manager. */
    @Test
    void aJobShowsWhyNoAgentObeys() throws Exception {
        for (int agent = 1; agent <= 4; agent++) {
            Files.copy(
                    authority.certificate("member"),
                    authority.certificate("agent-" + agent),
                    StandardCopyOption.REPLACE_EXISTING);
            Files.copy(authority.key("member"), authority.key("agent-" + agent), StandardCopyOption.REPLACE_EXISTING);
        }
        try (Playground playground = open(ClusterPlan.NODE_NAME)) {
            String job = new ManagerClient(List.of(URI.create(playground.managerUrl()))).evacuate(LEAVING);
            HttpCalls manager = HttpCalls.to(playground.managerUrl());
            await().atMost(TIMEOUT)
                    .untilAsserted(() -> assertThat(read(manager.get("/api/v1/jobs/" + job))
                                    .path("waiting")
                                    .findValuesAsText("detail"))
                            .anySatisfy(detail -> assertThat(detail)
                                    .contains(
                                            "refuses the order", "the names [manager, rebalancer], and none matches")));
            assertThat(manager.get("/api/v1/storage-nodes/" + VICTIM + "/agent").body())
                    .contains("refuses the order", "the names [manager, rebalancer], and none matches");
        }
    }
}
