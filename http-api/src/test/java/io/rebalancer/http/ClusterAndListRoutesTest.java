package io.rebalancer.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.rebalancer.http.server.Json;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The cluster, and the lists that are read page by page. */
class ClusterAndListRoutesTest {
    private static final UUID JOB = new UUID(0, 1);

    @BeforeAll
    static void start() throws Exception {
        ApiServer.start();
    }

    @AfterAll
    static void stop() {
        ApiServer.stop();
    }

    private static HttpResponse<String> call(String method, String path) throws Exception {
        return ApiServer.calls().send(method, path, "");
    }

    @ParameterizedTest
    @CsvSource({
        "/api/v1/jobs, jobs, 5",
        "/api/v1/jobs/" + "00000000-0000-0000-0000-000000000001/exceptions," + " exceptions, 5",
        "/api/v1/orphans, orphans, 5",
        "/api/v1/audit, audit, 5"
    })
    void listsAreReadPageByPage(String path, String name, int lines) throws Exception {
        List<String> seen = new ArrayList<>();
        String after = "";
        int pages = 0;
        do {
            JsonNode page = Json.read(call("GET", path + "?limit=2" + after).body());
            page.path(name).forEach(line -> seen.add(line.toString()));
            after = page.has("next") ? "&after=" + page.path("next").asText() : "";
            pages++;
        } while (!after.isEmpty());
        assertThat(seen).hasSize(lines).doesNotHaveDuplicates();
        assertThat(pages).isEqualTo(3);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            state=RUNNING              | 0.stor.d 1.stor.d 2.stor.d
            state=PAUSED&state=DONE    | 3.stor.d 4.stor.d
            storageNode=2.stor.d       | 2.stor.d
            datacenter=dc1             | 1.stor.d 3.stor.d
            datacenter=dc1&state=PAUSED | 3.stor.d
            state=VERIFYING            | ''
            """)
    void jobsAreFilteredOverPages(String filter, String nodes) throws Exception {
        List<String> seen = new ArrayList<>();
        String after = "";
        do {
            JsonNode page = Json.read(
                    call("GET", "/api/v1/jobs?limit=1&" + filter + after).body());
            seen.addAll(page.path("jobs").findValuesAsText("leavingNode"));
            after = page.has("next") ? "&after=" + page.path("next").asText() : "";
        } while (!after.isEmpty());
        assertThat(String.join(" ", seen)).isEqualTo(nodes);
    }

    @ParameterizedTest
    @CsvSource({"DRAINED, 1.stor.d, ''", "FENCED, 2.stor.d, 2.stor.d", "IN_SERVICE, '', 3.stor.d", "REMOVED, '', ''"})
    void storageNodesAreFilteredByState(String state, String outOfService, String penalised) throws Exception {
        JsonNode nodes =
                Json.read(call("GET", "/api/v1/storage-nodes?state=" + state).body());
        assertThat(String.join(" ", nodes.path("outOfService").findValuesAsText("storageNode")))
                .isEqualTo(outOfService);
        assertThat(String.join(" ", nodes.path("penalised").findValuesAsText("storageNode")))
                .isEqualTo(penalised);
    }

    @Test
    void exceptionsAreFilteredByReason() throws Exception {
        JsonNode page = Json.read(call("GET", "/api/v1/jobs/" + JOB + "/exceptions?reason=md5_mismatch")
                .body());
        assertThat(page.path("exceptions")).hasSize(1);
        assertThat(page.path("exceptions").path(0)).isEqualTo(Json.read("""
                {"shard":1,"key":"/o/stor/0","kind":"skipped","reason":"md5_mismatch","retryClass":"transient",
                "detail":"no node has room","pass":1,"attempts":2,"storageNode":"9.stor.d",
                "assignmentId":"00000000-0000-0001-0000-000000000000","firstAt":"1970-01-01T00:00:00Z",
                "lastAt":"1970-01-01T00:01:00Z"}
                """));
    }

    @Test
    void exceptionsAreExported() throws Exception {
        HttpResponse<String> csv = call("GET", "/api/v1/jobs/" + JOB + "/exceptions/export?format=csv");
        assertThat(csv.headers().firstValue("Content-Type")).contains("text/csv; charset=UTF-8");
        assertThat(csv.body().lines()).hasSize(6);
        HttpResponse<String> lines = call("GET", "/api/v1/jobs/" + JOB + "/exceptions/export?reason=md5_mismatch");
        assertThat(lines.headers().firstValue("Content-Type")).contains("application/x-ndjson");
        assertThat(lines.body().lines()).hasSize(1);
    }

    @Test
    void theOrphanedCopiesOfAJobAreListed() throws Exception {
        JsonNode page = Json.read(
                call("GET", "/api/v1/jobs/" + JOB + "/orphans?limit=1").body());
        assertThat(page).isEqualTo(Json.read("""
                {"orphans":[{"job":"00000000-0000-0000-0000-000000000001",
                 "assignment":"00000000-0000-0001-0000-000000000001","storageNode":"1.stor.d",
                 "object":"00000000-0000-0002-0000-000000000001","detail":"the agent is lost",
                 "recordedAt":"1970-01-01T00:00:00Z"}],"next":"1"}
                """));
        JsonNode all = Json.read(call("GET", "/api/v1/jobs/" + JOB + "/orphans").body());
        assertThat(all.path("orphans")).hasSize(2);
    }

    @ParameterizedTest
    @CsvSource({
        "/api/v1/jobs?limit=0, limit must be 1 to 1000",
        "/api/v1/jobs?limit=1001, limit must be 1 to 1000",
        "/api/v1/jobs?state=RUNNING&state=running, no such state: running",
        "/api/v1/jobs?state=NONE, no such state: NONE",
        "/api/v1/storage-nodes?state=GONE, no such state: GONE",
        "/api/v1/audit?limit=many, limit must be 1 to 1000",
        "/api/v1/orphans?after=x, not a page cursor: x",
        "/api/v1/audit?after=x, not a page cursor: x",
        "/api/v1/jobs/00000000-0000-0000-0000-000000000001/exceptions?reason=mood, no such reason: mood",
        "/api/v1/jobs/00000000-0000-0000-0000-000000000001/exceptions/export?format=xml, no such format: xml",
        "/api/v1/jobs/xyz/exceptions, not a job id"
    })
    void invalidParametersAreRejectedWithTheReason(String path, String detail) throws Exception {
        HttpResponse<String> answer = call("GET", path);
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(Json.read(answer.body()).path("detail").asText()).contains(detail);
    }

    @Test
    void theClusterShowsMembersJobsAndLeader() throws Exception {
        JsonNode cluster = Json.read(call("GET", "/api/v1/cluster").body());
        assertThat(cluster.path("members").path(0).path("version").asText()).isEqualTo("1.2.3");
        assertThat(cluster.path("jobs").path(0).path("at").asText()).isEqualTo("127.0.0.1:2551");
        assertThat(cluster.path("leader").asText()).isEqualTo("127.0.0.1:2551");
    }

    @ParameterizedTest
    @CsvSource({
        "/api/v1/cluster/members/127.0.0.1:2551/leave, 202",
        "/api/v1/cluster/members/127.0.0.1:2551/down, 202",
        "/api/v1/cluster/members/127.0.0.1:1/leave, 404"
    })
    void membersLeaveOrAreDownedByAddress(String path, int status) throws Exception {
        assertThat(call("POST", path).statusCode()).isEqualTo(status);
    }

    @Test
    void storageNodesOutOfServiceAreListedWithTheirJob() throws Exception {
        JsonNode nodes = Json.read(call("GET", "/api/v1/storage-nodes").body()).path("outOfService");
        assertThat(nodes).hasSize(2);
        assertThat(nodes.path(0).path("storageNode").asText()).isEqualTo("1.stor.d");
        assertThat(nodes.path(0).path("state").asText()).isEqualTo("DRAINED");
        assertThat(nodes.path(0).path("since").asText()).isEqualTo("1970-01-01T00:00:00Z");
    }

    @Test
    void storageNodesWithAPenaltyAreListedWithWhatTheyDid() throws Exception {
        JsonNode nodes = Json.read(call("GET", "/api/v1/storage-nodes").body());
        assertThat(nodes.has("penaltiesUnavailable")).isFalse();
        assertThat(nodes.path("penalised").findValuesAsText("storageNode")).containsExactly("2.stor.d", "3.stor.d");
        JsonNode penalty = nodes.path("penalised").path(1).path("penalty");
        assertThat(penalty).isEqualTo(Json.read("""
                {"factor": 0.01, "since": "1970-01-01T00:00:03Z", "until": "1970-01-01T00:01:00Z", "causes": [
                  {"cause": "insufficient_space", "assignments": 1, "penaltiesInARow": 2,
                   "since": "1970-01-01T00:00:03Z", "until": "1970-01-01T00:00:30Z", "detail": "last detail"},
                  {"cause": "refused", "assignments": 3, "penaltiesInARow": 2,
                   "since": "1970-01-01T00:00:06Z", "until": "1970-01-01T00:01:00Z", "detail": "last detail"}]}
                """));
        JsonNode outOfService = nodes.path("outOfService");
        assertThat(outOfService.path(0).has("penalty")).isFalse();
        JsonNode uncounted = outOfService.path(1).path("penalty").path("causes").path(0);
        assertThat(uncounted.path("cause").asText()).isEqualTo("busy");
        assertThat(uncounted.has("assignments"))
                .as("a broker of an earlier build does not count")
                .isFalse();
    }

    @Test
    void oneStorageNodeIsShownWithItsStateAndItsPenalty() throws Exception {
        JsonNode fenced =
                Json.read(call("GET", "/api/v1/storage-nodes/2.stor.d").body());
        assertThat(fenced.path("state").asText()).isEqualTo("FENCED");
        assertThat(fenced.path("penalty").path("factor").asDouble()).isEqualTo(0.01);
        JsonNode inService =
                Json.read(call("GET", "/api/v1/storage-nodes/3.stor.d").body());
        assertThat(inService.path("state").asText()).isEqualTo("IN_SERVICE");
        assertThat(inService.has("job")).isFalse();
        assertThat(inService.path("penalty").path("causes")).hasSize(2);
        assertThat(Json.read(call("GET", "/api/v1/storage-nodes/4.stor.d").body()))
                .isEqualTo(Json.read("""
                {"storageNode": "4.stor.d", "state": "IN_SERVICE", "jobs": {"emptiedBy": [], "destinationOf": []}}
                """));
        assertThat(fenced.path("jobs")).isEqualTo(Json.read("""
                {"emptiedBy": ["00000000-0000-0000-0000-000000000007"], "destinationOf": []}
                """));
        assertThat(inService.path("jobs")).isEqualTo(Json.read("""
                {"emptiedBy": [], "destinationOf": [
                  {"job": "00000000-0000-0000-0000-000000000007", "assignments": 3, "leasedBytes": 5242880},
                  {"run": "77777777-7777-4777-8777-777777777777", "assignments": 1, "leasedBytes": 2097152}]}
                """));
        assertThat(call("GET", "/api/v1/storage-nodes/no%20node").statusCode()).isEqualTo(400);
    }

    /** An empty list would look as if no node had a penalty. */
    @Test
    void storageNodesAreShownWithoutPenaltiesIfTheSpaceBrokerDoesNotReply() throws Exception {
        ApiServer.NODES.setBrokerReplies(false);
        try {
            HttpResponse<String> answer = call("GET", "/api/v1/storage-nodes");
            assertThat(answer.statusCode()).isEqualTo(200);
            JsonNode nodes = Json.read(answer.body());
            assertThat(nodes.path("outOfService")).hasSize(2).noneMatch(each -> each.has("penalty"));
            assertThat(nodes.has("penalised")).isFalse();
            assertThat(nodes.path("penaltiesUnavailable").asText()).contains("did not reply");
            JsonNode node =
                    Json.read(call("GET", "/api/v1/storage-nodes/3.stor.d").body());
            assertThat(node.has("penalty")).isFalse();
            assertThat(node.path("penaltiesUnavailable").asText()).contains("did not reply");
            assertThat(node.path("jobs").has("destinationOf")).isFalse();
            assertThat(node.path("jobs").path("destinationsUnavailable").asText())
                    .contains("did not reply");
        } finally {
            ApiServer.NODES.setBrokerReplies(true);
        }
    }

    @Test
    void theFleetIsListedPageByPage() throws Exception {
        assertThat(Json.read(call("GET", "/api/v1/fleet?limit=2").body())).isEqualTo(Json.read("""
                {"storageNodes":[
                  {"storageNode":"1.stor.d","datacenter":"dc1","state":"DRAINED","availableMib":1024,"percentUsed":50,
                   "agentReachable":true,"job":"00000000-0000-0000-0000-000000000007","since":"1970-01-01T00:00:00Z"},
                  {"storageNode":"2.stor.d","datacenter":"dc2","state":"FENCED","availableMib":2048,"percentUsed":98,
                   "agentReachable":false,"job":"00000000-0000-0000-0000-000000000007","since":"1970-01-01T00:00:00Z"}],
                 "next":"2.stor.d"}
                """));
        assertThat(Json.read(call("GET", "/api/v1/fleet?limit=2&after=2.stor.d").body()))
                .isEqualTo(Json.read("""
                {"storageNodes":[
                  {"storageNode":"3.stor.d","datacenter":"dc1","state":"IN_SERVICE","availableMib":0,"percentUsed":100,
                   "agentReachable":true}]}
                """));
        assertThat(call("GET", "/api/v1/fleet?datacenter=dc1&state=IN_SERVICE").body())
                .contains("3.stor.d")
                .doesNotContain("1.stor.d", "2.stor.d", "next");
        assertThat(call("GET", "/api/v1/fleet?state=EMPTY").statusCode()).isEqualTo(400);
    }

    @ParameterizedTest
    @CsvSource({
        "name, 1.stor.d 2.stor.d 3.stor.d",
        "free, 2.stor.d 1.stor.d 3.stor.d",
        "used, 3.stor.d 2.stor.d 1.stor.d"
    })
    void theFleetIsSortedOverAllPages(String sort, String expected) throws Exception {
        List<String> nodes = new ArrayList<>();
        String query = "/api/v1/fleet?limit=1&sort=" + sort;
        String after = "";
        JsonNode page;
        do {
            page = Json.read(call("GET", query + after).body());
            page.path("storageNodes")
                    .forEach(node -> nodes.add(node.path("storageNode").asText()));
            after = "&after=" + page.path("next").asText();
        } while (page.has("next"));
        assertThat(nodes).containsExactly(expected.split(" "));
        String other = sort.equals("free") ? "used" : "free";
        String cursor = Json.read(call("GET", query).body()).path("next").asText();
        assertThat(call("GET", "/api/v1/fleet?sort=" + other + "&after=" + cursor)
                        .body())
                .contains("BAD_REQUEST", "is of a list in another order");
    }

    @ParameterizedTest
    @CsvSource({
        "jobs, jobs, /id",
        "jobs/11111111-1111-4111-8111-111111111111/exceptions, exceptions, /key",
        "orphans, orphans, /object",
        "audit, audit, /jobId"
    })
    void aListIsReadInBothOrders(String path, String member, String id) throws Exception {
        List<List<String>> lists = new ArrayList<>();
        for (String order : List.of("newest", "oldest")) {
            List<String> ids = new ArrayList<>();
            Json.read(call("GET", "/api/v1/" + path + "?order=" + order).body())
                    .path(member)
                    .forEach(item -> ids.add(item.at(id).asText()));
            lists.add(ids);
        }
        assertThat(lists.get(0)).hasSize(5).doesNotHaveDuplicates();
        Collections.reverse(lists.get(1));
        assertThat(lists.get(1)).isEqualTo(lists.get(0));
    }

    @ParameterizedTest
    @CsvSource({
        "fleet?sort=size, no such order: size; sort is one of name",
        "fleet?sort=free&after=free/x/1.stor.d, not a page cursor: free/x/1.stor.d",
        "fleet?sort=free&after=a/b/c/d, not a page cursor: a/b/c/d",
        "jobs?order=first, 'order must be newest or oldest, not first'",
        "orphans?order=NEWEST, 'order must be newest or oldest, not NEWEST'"
    })
    void anOrderThatDoesNotExistIsRefused(String query, String detail) throws Exception {
        HttpResponse<String> response = call("GET", "/api/v1/" + query);
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body()).contains(detail);
    }

    @ParameterizedTest
    @CsvSource({
        "/api/v1/storage-nodes/1.stor.d/recommission, 200, IN_SERVICE",
        "/api/v1/storage-nodes/1.stor.d/exclude, 200, EXCLUDED",
        "/api/v1/storage-nodes/2.stor.d/exclude, 409, ILLEGAL_NODE_STATE",
        "/api/v1/storage-nodes/1.stor.d/remove, 200, REMOVED",
        "/api/v1/storage-nodes/2.stor.d/recommission, 409, a job empties 2.stor.d",
        "/api/v1/storage-nodes/no%20node/recommission, 400, BAD_REQUEST"
    })
    void aStorageNodeIsPutBackOrRemovedUnlessAJobEmptiesIt(String path, int status, String text) throws Exception {
        HttpResponse<String> answer = call("POST", path);
        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.body()).contains(text);
    }
}
