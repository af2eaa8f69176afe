package io.rebalancer.http.v1.settings;

import static io.rebalancer.http.ApiServer.ENDED;
import static io.rebalancer.http.ApiServer.NEW;
import static io.rebalancer.http.ApiServer.RUNNING;
import static io.rebalancer.http.ApiServer.get;
import static io.rebalancer.http.ApiServer.send;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.rebalancer.core.settings.Choices;
import io.rebalancer.core.settings.SettingName;
import io.rebalancer.http.ApiServer;
import io.rebalancer.http.server.Json;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Settings over HTTP: what holds and why, what may be changed, and how a wrong change is refused. */
class SettingsRoutesTest {
    private static final String FLEET = "/api/v1/settings";
    private static final String JOB = "/api/v1/jobs/" + RUNNING + "/settings";

    @BeforeAll
    static void start() throws Exception {
        ApiServer.start();
    }

    @AfterAll
    static void stop() {
        ApiServer.stop();
    }

    @BeforeEach
    void chooseNothing() {
        ApiServer.chosen = Choices.NONE;
        ApiServer.fleet = Choices.NONE;
    }

    private static JsonNode changed(String path, String body) throws Exception {
        HttpResponse<String> response = send("PATCH", path, body);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return Json.read(response.body());
    }

    private static JsonNode line(JsonNode view, SettingName name) {
        for (JsonNode each : view.path("settings")) {
            if (each.path("name").asText().equals(name.word())) {
                return each;
            }
        }
        throw new AssertionError("no line for " + name + " in " + view);
    }

    @Test
    void aValueStatesItsOrigin() throws Exception {
        JsonNode before = line(Json.read(get(JOB).body()), SettingName.COMMIT_PARALLELISM);
        assertThat(before.path("value").asInt()).isEqualTo(16);
        assertThat(before.path("origin").asText()).isEqualTo("file");
        assertThat(before.has("setBy")).isFalse();
        JsonNode after = line(changed(JOB, "{\"commitParallelism\":40}"), SettingName.COMMIT_PARALLELISM);
        assertThat(after.path("value").asInt()).isEqualTo(40);
        assertThat(after.path("origin").asText()).isEqualTo("api");
        assertThat(after.path("setBy").asText()).isEqualTo("http 127.0.0.1");
        assertThat(after.path("setAt").asText()).isEqualTo("1970-01-01T00:00:00Z");
        assertThat(after.path("max").asInt()).isEqualTo(250);
        JsonNode reset = line(changed(JOB, "{\"commitParallelism\":null}"), SettingName.COMMIT_PARALLELISM);
        assertThat(reset.path("origin").asText()).isEqualTo("file");
    }

    @Test
    void aTotalOfTheFleetClampsAJob() throws Exception {
        JsonNode total = line(changed(FLEET, "{\"bytesPerSecond\":1000000}"), SettingName.BYTES_PER_SECOND);
        assertThat(total.path("value").asInt()).isEqualTo(1_000_000);
        JsonNode ofJob = line(Json.read(get(JOB).body()), SettingName.BYTES_PER_SECOND);
        assertThat(ofJob.path("value").asInt()).as("one of two shares").isEqualTo(500_000);
        assertThat(ofJob.path("clampedBy").asText()).contains("1 of 2 shares");
    }

    @Test
    void aWindowIsSetShownAndRemoved() throws Exception {
        String window = "{\"timeZone\":\"Europe/Berlin\",\"weekly\":[\"mon-fri 20:00-06:00\"],"
                + "\"blackoutDays\":[\"2026-12-24\"]}";
        JsonNode shown = changed(JOB, "{\"window\":" + window + "}").path("window");
        assertThat(shown.path("timeZone").asText()).isEqualTo("Europe/Berlin");
        assertThat(shown.path("weekly").path(0).asText()).isEqualTo("mon,tue,wed,thu,fri 20:00-06:00");
        assertThat(shown.path("blackoutDays").path(0).asText()).isEqualTo("2026-12-24");
        assertThat(shown.path("open").isBoolean()).isTrue();
        assertThat(shown.path("nextChange").asText()).isNotEmpty();
        assertThat(shown.path("setBy").asText()).isEqualTo("http 127.0.0.1");
        changed(FLEET, "{\"window\":" + window + "}");
        assertThat(Json.read(get(JOB).body()).has("fleetWindow")).isTrue();
        assertThat(changed(JOB, "{\"window\":null}").has("window")).isFalse();
        assertThat(Json.read(get(JOB).body()).has("fleetWindow")).isTrue();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {bad                              | the body is not JSON
            {}                                | the body changes nothing; settings are: commitParallelism, assignmentsInFlight,
            {"speed":1}                       | there is no setting speed; settings are: commitParallelism,
            {"commitParallelism":251}         | commitParallelism must be a whole number from 1 to 250, not 251
            {"commitParallelism":"9"}         | commitParallelism must be a whole number, or null to reset it, not "9"
            {"commitParallelism":1.5}         | commitParallelism must be a whole number, or null to reset it, not 1.5
            {"bytesPerSecond":1}              | bytesPerSecond must be a whole number from 65536
            {"window":5}                      | window must be an object
            {"window":{}}                     | window.timeZone must be a time zone, such as "Europe/Berlin" or "UTC", not
            {"window":{"timeZone":"Mars"}}    | window.timeZone must be a time zone, such as "Europe/Berlin" or "UTC", not "Mars"
            {"window":{"timeZone":"UTC"}}     | a window needs 1 to 50 weekly ranges
            {"window":{"timeZone":"UTC","weekly":["mon 8-9"]}} | "mon 8-9" is no weekly range
            {"window":{"timeZone":"UTC","weekly":"mon"}}       | window.weekly must be a list of texts, not "mon"
            {"window":{"timeZone":"UTC","weekly":["mon 08:00-09:00"],"blackoutDays":["24.12."]}} | window.blackoutDays: "24.12." is no date
            {"window":{"zone":"UTC"}}         | unknown field window.zone; known fields: blackoutDays, timeZone, weekly
            """)
    void aWrongChangeIsRefusedAndChangesNothing(String body, String detail) throws Exception {
        for (String path : new String[] {JOB, FLEET}) {
            HttpResponse<String> response = send("PATCH", path, body);
            assertThat(response.statusCode()).as(path).isEqualTo(400);
            assertThat(Json.read(response.body()).path("detail").asText()).startsWith(detail);
        }
        assertThat(ApiServer.chosen).isEqualTo(Choices.NONE);
        assertThat(ApiServer.fleet).isEqualTo(Choices.NONE);
    }

    @Test
    void theFleetHasNoWeight() throws Exception {
        HttpResponse<String> response = send("PATCH", FLEET, "{\"weight\":2}");
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(Json.read(response.body()).path("detail").asText()).contains("/api/v1/jobs/ID/settings");
        assertThat(line(changed(JOB, "{\"weight\":2}"), SettingName.WEIGHT)
                        .path("value")
                        .asInt())
                .isEqualTo(2);
    }

    @Test
    void anUnknownOrEndedJobIsRefused() throws Exception {
        assertThat(get("/api/v1/jobs/" + NEW + "/settings").statusCode()).isEqualTo(404);
        assertThat(send("PATCH", "/api/v1/jobs/" + NEW + "/settings", "{\"weight\":2}")
                        .statusCode())
                .isEqualTo(404);
        assertThat(send("PATCH", "/api/v1/jobs/" + ENDED + "/settings", "{\"weight\":2}")
                        .statusCode())
                .isEqualTo(409);
    }
}
