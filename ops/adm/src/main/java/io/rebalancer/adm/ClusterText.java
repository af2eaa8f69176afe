package io.rebalancer.adm;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** The cluster as text for people. */
final class ClusterText {

    private ClusterText() {}

    /** Prints an answer of {@code GET /api/v1/cluster}. */
    static void print(PrintWriter out, JsonNode cluster) {
        out.println("as " + cluster.path("self").asText() + " sees it; leader "
                + cluster.path("leader").asText("none"));
        members(cluster).print(out, cluster.path("members"));
        cluster.path("singletons")
                .properties()
                .forEach(each -> out.println("singleton " + each.getKey() + " runs on "
                        + each.getValue().asText()));
        if (!cluster.path("jobs").isEmpty()) {
            new Table()
                    .text("JOB", "id")
                    .text("MANAGER", "at")
                    .number("EVENTS", job -> job.path("revision").asText("-"))
                    .number("PROJECTED", job -> job.path("takenIn").asText("-"))
                    .print(out, cluster.path("jobs"));
        }
        JsonNode pool = cluster.path("pool");
        out.println("connections to the read side: " + pool.path("active").asInt() + " active and "
                + pool.path("idle").asInt() + " idle of " + pool.path("most").asInt() + ", "
                + pool.path("waiting").asInt() + " callers wait");
        cluster.path("problems").forEach(each -> out.println("problem: " + each.asText()));
    }

    /** Prints one member, with what it runs. */
    static void printMember(PrintWriter out, JsonNode cluster, JsonNode member) {
        String address = member.path("address").asText();
        out.println(address + " is " + member.path("status").asText() + ", "
                + (member.path("reachable").asBoolean() ? "reachable" : "unreachable") + "; roles: " + roles(member));
        long jobs = 0;
        for (JsonNode job : cluster.path("jobs")) {
            jobs += job.path("at").asText().equals(address) ? 1 : 0;
        }
        out.println("it runs " + jobs + " jobs and has "
                + cluster.path("shards").path(address).asInt() + " shards of jobs");
    }

    private static Table members(JsonNode cluster) {
        return new Table()
                .text("MEMBER", "address")
                .text("STATUS", "status")
                .text("REACHABLE", member -> member.path("reachable").asBoolean() ? "yes" : "NO")
                .text("ROLES", ClusterText::roles)
                .number(
                        "SHARDS",
                        member -> cluster.path("shards")
                                .path(member.path("address").asText())
                                .asText("-"))
                .text("VERSION", "version");
    }

    private static String roles(JsonNode member) {
        List<String> roles = new ArrayList<>();
        member.path("roles").forEach(each -> roles.add(each.asText()));
        return String.join(",", roles);
    }
}
