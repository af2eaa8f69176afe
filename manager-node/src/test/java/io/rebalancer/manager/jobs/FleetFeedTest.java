package io.rebalancer.manager.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.typesafe.config.ConfigFactory;
import io.rebalancer.cluster.Entities;
import io.rebalancer.cluster.PersistentEntities;
import io.rebalancer.cluster.settings.HttpSettings;
import io.rebalancer.cluster.settings.SettingsFile;
import io.rebalancer.core.evacuate.JobEvent;
import io.rebalancer.core.evacuate.JobPhase;
import io.rebalancer.core.evacuate.PassScope;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.registry.RegistryEvent;
import io.rebalancer.http.server.HttpServer;
import io.rebalancer.http.v1.jobs.EventStreams;
import io.rebalancer.http.v1.jobs.FleetEventsRoute;
import io.rebalancer.http.v1.jobs.FleetFeed;
import io.rebalancer.http.v1.jobs.FleetPosition;
import io.rebalancer.http.v1.jobs.FleetUpdate;
import io.rebalancer.http.v1.jobs.JobFeed;
import io.rebalancer.loopback.LoopbackPorts;
import io.rebalancer.persistence.query.JournalReader;
import io.rebalancer.persistence.readside.FoldedJob;
import io.rebalancer.testsupport.EventStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.SinkQueueWithCancel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The event stream of the fleet over two managers that read one journal. */
@Tag("slow")
class FleetFeedTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final ActorTestKit kit = ActorTestKit.create(
            "fleet",
            ConfigFactory.parseString("pekko.actor.provider = local")
                    .withFallback(SettingsFile.over(ConfigFactory.empty())));
    private final JournalInMemory journal = new JournalInMemory();
    private final List<FleetFeed> feeds = new ArrayList<>();
    private final List<InetSocketAddress> managers = new ArrayList<>();

    @BeforeEach
    void start() throws Exception {
        for (int i = 0; i < 2; i++) {
            JobOrigin origin = new JobOrigin(
                    JournalReader.of(journal),
                    jobId -> CompletableFuture.completedFuture(Optional.of(stored(jobId))),
                    jobId -> CompletableFuture.completedFuture(Optional.empty()));
            var jobs = kit.spawn(JobFeedHub.create(origin, JobFeedHub.LINGER, JobFeedHub.WAITS_INTERVAL));
            FleetFeed feed = new JournalFleetFeed(kit.spawn(FleetFeedHub.create(origin, jobs)));
            int port = LoopbackPorts.reserve();
            HttpServer.start(
                            kit.system(),
                            "manager",
                            new HttpSettings("127.0.0.1", port),
                            new FleetEventsRoute(feed, new EventStreams(100)).routes())
                    .toCompletableFuture()
                    .get();
            feeds.add(feed);
            managers.add(new InetSocketAddress("127.0.0.1", port));
        }
    }

    @AfterEach
    void stop() {
        kit.shutdownTestKit();
    }

    /** The tables include every event. */
    private FoldedJob stored(UUID jobId) {
        FoldedJob job = FoldedJob.EMPTY;
        for (Object event : journal.of(PersistentEntities.evacuateJob(jobId).id())) {
            job = new FoldedJob(job.revision() + 1, job.state().apply((JobEvent) event));
        }
        return job;
    }

    private static UUID job(int number) {
        return new UUID(7, number);
    }

    private static CopyLocation node(int number) {
        return new CopyLocation("dc1", new StorageNodeId(number + ".stor.d"));
    }

    private void register(int number) {
        journal.of(Entities.JOB_REGISTRY_ID)
                .add(new RegistryEvent.JobRegistered(job(number), node(number), 0, Instant.EPOCH));
    }

    private void store(int number, JobEvent... events) {
        journal.of(PersistentEntities.evacuateJob(job(number)).id()).addAll(List.of(events));
    }

    private void create(int number) {
        register(number);
        store(number, new JobEvent.JobCreated(node(number), 0, Instant.EPOCH));
    }

    private void startPass(int number, int pass) {
        store(number, new JobEvent.PassStarted(pass, Instant.EPOCH, PassScope.ALL_RECORDS));
    }

    private void end(int number) {
        store(number, new JobEvent.JobEnded(JobPhase.DONE, "", Instant.EPOCH));
    }

    private void close(int number) {
        journal.of(Entities.JOB_REGISTRY_ID)
                .add(new RegistryEvent.JobClosed(
                        job(number), false, Optional.of(new RegistryEvent.Closing(true, Instant.EPOCH))));
    }

    private void recommission(int number) {
        journal.of(Entities.JOB_REGISTRY_ID)
                .add(new RegistryEvent.NodeRecommissioned(node(number).storageNode(), Instant.EPOCH));
    }

    private EventStream open(int manager, String query, Optional<String> after) throws IOException {
        EventStream stream = EventStream.open(managers.get(manager), "/api/v1/events" + query, after, 0, TIMEOUT);
        assertThat(stream.status()).isEqualTo(200);
        return stream;
    }

    /** What the event shows, without what may be merged: progress is shown as "progress". */
    private static String text(EventStream.Event event) throws IOException {
        JsonNode data = JSON.readTree(event.data());
        return switch (event.type()) {
            case "state" ->
                data.path("leavingNode").asText() + " " + data.path("revision").asText() + " "
                        + data.path("state").asText() + " " + data.path("pass").asText();
            case "storage-node" ->
                data.path("storageNode").asText() + " " + data.path("state").asText();
            default -> event.type();
        };
    }

    /** Reads until the event {@code last}. */
    private static List<String> until(String last, EventStream stream) throws IOException {
        List<String> events = new ArrayList<>();
        while (!events.contains(last)) {
            events.add(text(stream.next().orElseThrow()));
        }
        events.removeIf("progress"::equals);
        return events;
    }

    /** What is stored while the clients of a test read, and what they get of each job and of the nodes. */
    private void tellTheStory() {
        create(3);
        startPass(3, 1);
        startPass(1, 2);
        create(4);
        end(3);
        close(3);
        startPass(4, 1);
        startPass(4, 2);
        recommission(3);
        end(4);
        startPass(1, 3);
        store(1, new JobEvent.JobEnded(JobPhase.FAILED, "", Instant.EPOCH));
        close(4);
        recommission(4);
    }

    private static final List<String> STORY_OF_NODES = List.of(
            "3.stor.d FENCED",
            "4.stor.d FENCED",
            "3.stor.d DRAINED",
            "3.stor.d IN_SERVICE",
            "4.stor.d DRAINED",
            "4.stor.d IN_SERVICE");
    private static final List<String> STORY_OF_JOBS = List.of(
            "1.stor.d 3 RUNNING 2",
            "1.stor.d 4 RUNNING 3",
            "1.stor.d 5 FAILED 3",
            "3.stor.d 1 SETUP 0",
            "3.stor.d 2 RUNNING 1",
            "3.stor.d 3 DONE 1",
            "4.stor.d 1 SETUP 0",
            "4.stor.d 2 RUNNING 1",
            "4.stor.d 3 RUNNING 2",
            "4.stor.d 4 DONE 2");

    private static void assertStory(List<String> events) {
        assertThat(events).filteredOn(event -> STORY_OF_NODES.contains(event)).isEqualTo(STORY_OF_NODES);
        for (String job : List.of("1.stor.d", "3.stor.d", "4.stor.d")) {
            assertThat(events)
                    .filteredOn(event -> event.startsWith(job) && !STORY_OF_NODES.contains(event))
                    .as(job)
                    .isEqualTo(STORY_OF_JOBS.stream()
                            .filter(event -> event.startsWith(job))
                            .toList());
        }
        assertThat(events).hasSize(STORY_OF_JOBS.size() + STORY_OF_NODES.size());
    }

    /** Two jobs: one runs, one has ended. */
    private void startFleet() {
        create(1);
        startPass(1, 1);
        create(2);
        startPass(2, 1);
        end(2);
        close(2);
        for (FleetFeed feed : feeds) {
            await().atMost(TIMEOUT).until(() -> registryOf(feed) == 3);
        }
    }

    /** The events of the registry that a manager has read. */
    private long registryOf(FleetFeed feed) throws Exception {
        return ((FleetUpdate.Started) feed.updates(Optional.empty(), Set.of(job(9)))
                        .runWith(Sink.head(), kit.system())
                        .toCompletableFuture()
                        .get(TIMEOUT.toSeconds(), TimeUnit.SECONDS))
                .registry();
    }

    private static List<String> beginning(EventStream stream) throws IOException {
        return until("1.stor.d 2 RUNNING 1", stream);
    }

    @Test
    void aStreamBeginsWithTheNodesOutOfServiceAndTheJobsThatHaveNotEndedAndShowsEveryChange() throws Exception {
        startFleet();
        try (EventStream stream = open(0, "", Optional.empty())) {
            assertThat(beginning(stream))
                    .containsExactlyInAnyOrder("1.stor.d FENCED", "2.stor.d DRAINED", "1.stor.d 2 RUNNING 1");
            tellTheStory();
            List<String> events = until("4.stor.d IN_SERVICE", stream);
            // The hubs of jobs and of the fleet read the journal apart.
            while (events.size() < STORY_OF_JOBS.size() + STORY_OF_NODES.size()) {
                events.add(text(stream.next().orElseThrow()));
                events.removeIf("progress"::equals);
            }
            assertStory(events);
        }
    }

    /** Also after each event that has no other effect than its id. */
    @Test
    void aClientThatChangesTheManagerAfterEachEventGetsEveryChangeOnce() throws Exception {
        startFleet();
        Optional<String> last = Optional.empty();
        try (EventStream stream = open(0, "", Optional.empty())) {
            for (int i = 0; i < 3; i++) {
                last = stream.next().orElseThrow().id();
            }
        }
        assertThat(last).isPresent();
        tellTheStory();
        List<String> events = new ArrayList<>();
        for (int i = 1; events.size() < STORY_OF_JOBS.size() + STORY_OF_NODES.size(); i++) {
            try (EventStream stream = open(i % 2, "", last)) {
                EventStream.Event event = stream.next().orElseThrow();
                last = event.id();
                events.add(text(event));
                events.removeIf("progress"::equals);
            }
        }
        assertStory(events);
        assertThat(last.orElseThrow()).as("jobs that have ended are forgotten").hasSizeLessThan(12);
    }

    @Test
    void aStreamOfNamedJobsHasNoOthersAndShowsHowTheyEnded() throws Exception {
        startFleet();
        try (EventStream stream = open(0, "?jobs=" + job(2) + "," + job(3), Optional.empty())) {
            until("2.stor.d 3 DONE 1", stream);
            tellTheStory();
            List<String> events = until("3.stor.d 3 DONE 1", stream);
            assertThat(events).contains("3.stor.d 1 SETUP 0", "3.stor.d 2 RUNNING 1");
            assertThat(events).noneMatch(event -> event.startsWith("1.stor.d ") || event.startsWith("4.stor.d 1"));
        }
    }

    @Test
    void aManagerThatIsBehindTheClientWaitsForTheJournalAndRepeatsNothing() throws Exception {
        startFleet();
        SinkQueueWithCancel<FleetUpdate> ahead = feeds.get(0)
                .updates(Optional.of(new FleetPosition(4, new TreeMap<>())), Set.of(job(9)))
                .runWith(Sink.queue(), kit.system());
        recommission(2);
        recommission(1);
        assertThat(pull(ahead)).isEqualTo(new FleetUpdate.Started(4, List.of(), Set.of(), Set.of()));
        assertThat(((FleetUpdate.Registered) pull(ahead)).node())
                .contains(new FleetUpdate.NodeChange(node(1).storageNode(), Optional.empty()));
    }

    private static FleetUpdate pull(SinkQueueWithCancel<FleetUpdate> stream) throws Exception {
        return stream.pull()
                .toCompletableFuture()
                .get(TIMEOUT.toSeconds(), TimeUnit.SECONDS)
                .orElseThrow();
    }

    @Test
    void aStreamContinuesWhenTheJournalOfTheRegistryCanBeReadAgain() throws Exception {
        startFleet();
        SinkQueueWithCancel<FleetUpdate> stream =
                feeds.get(0).updates(Optional.empty(), Set.of(job(9))).runWith(Sink.queue(), kit.system());
        assertThat(pull(stream)).isInstanceOf(FleetUpdate.Started.class);
        journal.failing = true;
        // A stream that has nothing to read but a job ends when a poll of the journal has failed.
        SinkQueueWithCancel<FleetUpdate> failed = feeds.get(0)
                .updates(Optional.empty(), Set.of(job(1)))
                .filter(FleetUpdate.OfJob.class::isInstance)
                .drop(1)
                .runWith(Sink.queue(), kit.system());
        assertThatThrownBy(() -> pull(failed)).hasStackTraceContaining("the database is away");
        recommission(2);
        journal.failing = false;
        assertThat(((FleetUpdate.Registered) pull(stream)).registry()).isEqualTo(4);
    }

    @Test
    void aClientThatDoesNotReadIsDropped() throws Exception {
        startFleet();
        SinkQueueWithCancel<FleetUpdate> slow =
                feeds.get(0).updates(Optional.empty(), Set.of()).runWith(Sink.queue(), kit.system());
        assertThat(pull(slow)).isInstanceOf(FleetUpdate.Started.class);
        assertThat(pull(slow)).isInstanceOf(FleetUpdate.OfJob.class);
        int last = FleetSubscriber.BUFFER + 100;
        for (int pass = 2; pass <= last; pass++) {
            startPass(1, pass);
        }
        // The hub serves all streams in turn, so the slow one was offered everything before.
        feeds.get(0)
                .updates(Optional.empty(), Set.of())
                .filter(update -> update instanceof FleetUpdate.OfJob job
                        && job.update().state().pass() == last)
                .runWith(Sink.head(), kit.system())
                .toCompletableFuture()
                .get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
        assertThatThrownBy(() -> {
                    while (true) {
                        pull(slow);
                    }
                })
                .hasCauseInstanceOf(JobFeed.SubscriberDropped.class)
                .hasMessageContaining("too slow");
    }

    @Test
    void moreJobsThanAnEventIdCanNameEndTheStreamWithAdvice() {
        for (int number = 1; number <= FleetFeedHub.MAX_JOBS + 1; number++) {
            create(number);
        }
        assertThatThrownBy(() -> feeds.get(0)
                        .updates(Optional.empty(), Set.of())
                        .runWith(Sink.ignore(), kit.system())
                        .toCompletableFuture()
                        .get(TIMEOUT.toSeconds(), TimeUnit.SECONDS))
                .hasCauseInstanceOf(JobFeed.SubscriberDropped.class)
                .hasMessageContaining("jobs=");
    }
}
