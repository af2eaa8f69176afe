package io.rebalancer.http.v1.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.http.ApiServer;
import io.rebalancer.http.FleetInMemory;
import io.rebalancer.http.server.Json;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.pekko.http.javadsl.model.sse.ServerSentEvent;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The event stream of the fleet: its events and their ids. */
class FleetEventsTest {

    @BeforeAll
    static void start() throws Exception {
        ApiServer.start();
    }

    @AfterAll
    static void stop() {
        ApiServer.stop();
    }

    @Test
    void theStreamHasTheChangesOfJobsAndStorageNodes() throws Exception {
        String body = ApiServer.get("/api/v1/events").body();
        List<String> types =
                body.lines().filter(line -> line.startsWith("event:")).toList();
        assertThat(types).filteredOn("event:state"::equals).hasSize(4);
        assertThat(types).filteredOn("event:storage-node"::equals).hasSize(2);
        // A thousand steps of two jobs arrive at once.
        assertThat(types).filteredOn("event:progress"::equals).hasSizeLessThan(20);
        assertThat(types).doesNotContain("event:exception");
        assertThat(body).contains("\"storageNode\":\"8.stor.us-east.example.com\",\"state\":\"DRAINED\"");
    }

    /** Each event, with what a client has that got it, and the events before, and no event after it. */
    @Test
    void theIdOfEachEventIsWhatTheClientHas() throws Exception {
        List<ServerSentEvent> events = new ArrayList<>();
        FleetCursor cursor = new FleetCursor(Optional.empty());
        for (FleetUpdate update : FleetInMemory.changes()) {
            events.addAll(new PacedFleet(update).toServerSentEvents(cursor));
        }
        Map<UUID, Long> revisions = new TreeMap<>();
        for (ServerSentEvent event : events) {
            FleetPosition position =
                    FleetPosition.parse(event.getId().orElseThrow()).orElseThrow();
            if (!event.getEventType().orElseThrow().equals("storage-node")) {
                revisions.put(
                        UUID.fromString(Json.read(event.getData()).path("id").asText()),
                        Json.read(event.getData()).path("revision").asLong());
            }
            assertThat(position.revisions().get(5L)).isEqualTo(revisions.get(FleetInMemory.FIRST));
            if (position.registry() == 8) {
                assertThat(position.revisions().get(8L)).isEqualTo(revisions.getOrDefault(FleetInMemory.SECOND, 0L));
            } else {
                assertThat(position.revisions())
                        .as("before it is created, and after its end")
                        .containsOnlyKeys(5L);
            }
        }
        assertThat(events.get(0).getId()).contains("7.5-b");
        assertThat(events.get(1).getId()).contains("8.5-b.8-0");
    }

    /** All that is merged into one step. */
    @Test
    void aSlowClientGetsEveryChangeOfStateAndTheLatestProgressOfEachJob() {
        PacedFleet merged = new PacedFleet(FleetInMemory.changes().get(0));
        FleetInMemory.changes().stream().skip(1).forEach(merged::merge);
        List<ServerSentEvent> events = merged.toServerSentEvents(new FleetCursor(Optional.empty()));
        assertThat(events)
                .extracting(event -> event.getEventType().orElseThrow())
                .containsExactly("state", "storage-node", "state", "state", "state", "storage-node", "progress");
        assertThat(events).extracting(ServerSentEvent::getId).doesNotHaveDuplicates();
        assertThat(events.get(6).getId()).as("the second job has ended").contains("9.5-v");
    }

    @Test
    void theFirstNodesAreRepeatedIfTheClientLosesItsConnectionBetweenThem() {
        FleetUpdate.NodeChange node =
                ((FleetUpdate.Registered) FleetInMemory.changes().get(2)).node().orElseThrow();
        List<ServerSentEvent> events = new PacedFleet(
                        new FleetUpdate.Started(7, List.of(node, node, node), Set.of(), Set.of()))
                .toServerSentEvents(new FleetCursor(Optional.empty()));
        assertThat(events)
                .extracting(ServerSentEvent::getId)
                .containsExactly(Optional.empty(), Optional.empty(), Optional.of("7"));
    }

    @Test
    void aJobThatAnotherFilterShowedIsForgotten() {
        FleetCursor cursor = new FleetCursor(FleetPosition.parse("7.3-9.5-2"));
        cursor.apply(new FleetUpdate.Started(7, List.of(), Set.of(5L), Set.of()));
        assertThat(cursor.position()).hasToString("7.5-2");
    }

    @Test
    void theEndOfAJobIsKnownInEitherOrder() {
        FleetUpdate closed = new FleetUpdate.Registered(9, Optional.empty(), OptionalLong.empty(), OptionalLong.of(8));
        for (List<FleetUpdate> order : List.of(
                List.of(closed, new FleetUpdate.Ended(8)), List.<FleetUpdate>of(new FleetUpdate.Ended(8), closed))) {
            FleetCursor cursor = new FleetCursor(FleetPosition.parse("8.8-5"));
            cursor.apply(order.get(0));
            assertThat(cursor.position().revisions()).containsOnlyKeys(8L);
            cursor.apply(order.get(1));
            assertThat(cursor.position()).hasToString("9");
        }
    }

    @Test
    void theFeedGetsThePositionAndTheJobs() throws Exception {
        HttpResponse<String> answer = ApiServer.get(
                "/api/v1/events?jobs=" + FleetInMemory.FIRST + "," + FleetInMemory.SECOND,
                "Last-Event-ID",
                "8.5-b.8-3f");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(ApiServer.FLEET_EVENTS.jobs).containsExactlyInAnyOrder(FleetInMemory.FIRST, FleetInMemory.SECOND);
        assertThat(ApiServer.FLEET_EVENTS.after)
                .contains(new FleetPosition(8, new TreeMap<>(Map.of(5L, 11L, 8L, 123L))));
        ApiServer.get("/api/v1/events?lastEventId=8");
        assertThat(ApiServer.FLEET_EVENTS.after).contains(new FleetPosition(8, new TreeMap<>()));
        assertThat(ApiServer.FLEET_EVENTS.jobs).isEmpty();
    }

    @Test
    void wrongIdsAreRefused() throws Exception {
        for (String id : List.of("-1", "8.5", "8.5-b.", "x-y", "8 5-b", "8.999999999999-1", "")) {
            HttpResponse<String> answer = ApiServer.get("/api/v1/events", "Last-Event-ID", id);
            assertThat(answer.statusCode()).as(id).isEqualTo(400);
            assertThat(answer.body()).contains("BAD_LAST_EVENT_ID");
        }
        assertThat(ApiServer.get("/api/v1/events?jobs=soon").body()).contains("BAD_JOB_ID");
        String many = String.join(",", Collections.nCopies(40, new UUID(1, 1).toString()));
        assertThat(ApiServer.get("/api/v1/events?jobs=" + many).statusCode())
                .as("repeated ids count once")
                .isEqualTo(200);
    }
}
