package io.rebalancer.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.cbor.databind.CBORMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.rebalancer.core.access.NewToken;
import io.rebalancer.core.access.Role;
import io.rebalancer.core.access.TokenEvent;
import io.rebalancer.core.access.TokenState;
import io.rebalancer.core.agent.AgentEvent;
import io.rebalancer.core.agent.AgentState;
import io.rebalancer.core.agent.LimitsEvent;
import io.rebalancer.core.audit.AuditEvent;
import io.rebalancer.core.audit.AuditLogs;
import io.rebalancer.core.audit.AuditState;
import io.rebalancer.core.evacuate.JobEvent;
import io.rebalancer.core.evacuate.JobState;
import io.rebalancer.core.evacuate.Samples;
import io.rebalancer.core.legacy.LegacyEvent;
import io.rebalancer.core.legacy.LegacyState;
import io.rebalancer.core.reconcile.ReconcileSamples;
import io.rebalancer.core.reconcile.RunEvent;
import io.rebalancer.core.reconcile.RunState;
import io.rebalancer.core.reconcile.ScheduleEvent;
import io.rebalancer.core.reconcile.ScheduleState;
import io.rebalancer.core.registry.RegistryEvent;
import io.rebalancer.core.settings.FleetSettingsEvent;
import io.rebalancer.core.settings.FleetSettingsState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Stored events remain readable: one file per event fixes its class name and its members. */
class StoredEventsTest {
    private static final Path STORED = Path.of("src/test/resources/stored-events");
    private static final ObjectMapper JSON = JsonMapper.builder()
            .addModules(new Jdk8Module(), new JavaTimeModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .build();
    private static final ObjectMapper CBOR = CBORMapper.builder()
            .addModules(new Jdk8Module(), new JavaTimeModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .build();

    static List<Object> events() {
        List<Object> all = new ArrayList<>(Samples.events());
        all.addAll(Samples.agentEvents());
        all.addAll(Samples.legacyEvents());
        all.addAll(Samples.limitsEvents());
        all.addAll(Samples.registryEvents());
        all.add(new AuditEvent.EntryAppended(AuditLogs.entries(1).get(0)));
        all.add(fleetSettingsChanged());
        all.addAll(tokenEvents());
        all.addAll(ReconcileSamples.runEvents());
        all.addAll(ReconcileSamples.scheduleEvents());
        return all;
    }

    @ParameterizedTest
    @ValueSource(
            classes = {
                JobEvent.class,
                AgentEvent.class,
                LimitsEvent.class,
                LegacyEvent.class,
                RegistryEvent.class,
                AuditEvent.class,
                FleetSettingsEvent.class,
                TokenEvent.class,
                RunEvent.class,
                ScheduleEvent.class
            })
    void everyEventHasASample(Class<?> sealed) {
        Set<Class<?>> sampled = events().stream()
                .map(Object::getClass)
                .filter(sealed::isAssignableFrom)
                .collect(Collectors.toSet());
        assertThat(sampled).containsExactlyInAnyOrder(sealed.getPermittedSubclasses());
    }

    /** For a new event the test writes its file and fails: review the file, commit it, and run the test again. */
    @ParameterizedTest
    @MethodSource("events")
    void aStoredEventIsReadUnchanged(Object event) throws IOException {
        Path file = STORED.resolve(event.getClass().getName() + ".json");
        if (!Files.exists(file)) {
            Files.createDirectories(STORED);
            Files.writeString(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(event) + "\n");
            fail("new stored format in " + file + ": look at it, commit it, run again");
        }
        assertThat(JSON.readValue(file.toFile(), event.getClass())).isEqualTo(event);
        assertThat(JSON.readTree(file.toFile())).isEqualTo(JSON.readTree(JSON.writeValueAsString(event)));
    }

    @ParameterizedTest
    @MethodSource("events")
    void anEventSurvivesCbor(Object event) throws IOException {
        assertThat(CBOR.readValue(CBOR.writeValueAsBytes(event), event.getClass()))
                .isEqualTo(event);
    }

    @Test
    void aSnapshotSurvivesCbor() throws IOException {
        JobState state = JobState.EMPTY;
        for (JobEvent event : Samples.events().subList(0, 4)) {
            state = state.apply(event);
        }
        assertThat(CBOR.readValue(CBOR.writeValueAsBytes(state), JobState.class))
                .isEqualTo(state);
        LegacyState legacy = LegacyState.EMPTY
                .apply(Samples.legacyEvents().get(0))
                .apply(Samples.legacyEvents().get(1))
                .apply(new LegacyEvent.LegacyAssigned(new UUID(0, 9), List.of(), Optional.empty()));
        assertThat(legacy.ended().size()).isEqualTo(2);
        assertThat(CBOR.readValue(CBOR.writeValueAsBytes(legacy), LegacyState.class))
                .isEqualTo(legacy);
        AuditState audit = AuditState.EMPTY.apply(
                new AuditEvent.EntryAppended(AuditLogs.entries(1).get(0)));
        assertThat(CBOR.readValue(CBOR.writeValueAsBytes(audit), AuditState.class))
                .isEqualTo(audit);
        FleetSettingsState fleet = FleetSettingsState.EMPTY.apply(fleetSettingsChanged());
        assertThat(CBOR.readValue(CBOR.writeValueAsBytes(fleet), FleetSettingsState.class))
                .isEqualTo(fleet);
        TokenState tokens = TokenState.EMPTY;
        for (TokenEvent event : tokenEvents()) {
            tokens = tokens.apply(event);
        }
        assertThat(CBOR.readValue(CBOR.writeValueAsBytes(tokens), TokenState.class))
                .isEqualTo(tokens);
        RunState run = ReconcileSamples.after(ReconcileSamples.runEvents());
        assertThat(CBOR.readValue(CBOR.writeValueAsBytes(run), RunState.class)).isEqualTo(run);
        ScheduleState schedule = ScheduleState.EMPTY;
        for (ScheduleEvent event : ReconcileSamples.scheduleEvents()) {
            schedule = schedule.apply(event);
        }
        assertThat(CBOR.readValue(CBOR.writeValueAsBytes(schedule), ScheduleState.class))
                .isEqualTo(schedule);
        AgentState agent = AgentState.EMPTY.apply(Samples.agentEvents().get(0));
        assertThat(CBOR.readValue(CBOR.writeValueAsBytes(agent), AgentState.class))
                .isEqualTo(agent);
    }

    private static List<TokenEvent> tokenEvents() {
        UUID id = new UUID(0, 7);
        NewToken token = new NewToken(
                id, "ci", Role.VIEWER, "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b", Samples.NOW);
        return List.of(
                new TokenEvent.TokenIssued(token, "admin", Samples.NOW),
                new TokenEvent.TokenUsed(id, LocalDate.of(2026, 11, 27)),
                new TokenEvent.TokenRevoked(id, "admin", Samples.NOW));
    }

    private static FleetSettingsEvent fleetSettingsChanged() {
        return new FleetSettingsEvent.FleetSettingsChanged(Samples.settingsChange(), "http 127.0.0.1", Samples.NOW);
    }
}
