package io.rebalancer.adm;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;

/** The agent of a storage node as text for people. */
final class AgentText {
    private static final double BYTES_OF_MIB = 1024 * 1024;

    private AgentText() {}

    /** Prints an answer of {@code GET /api/v1/storage-nodes/NODE/agent}. */
    static void printStatus(PrintWriter out, JsonNode status) {
        out.println("agent of " + status.path("storageId").asText() + ": gate "
                + Figures.words(status.path("gate").asText()) + ", durability "
                + status.path("durability").asText());
        out.println("copies: " + status.path("running").asLong() + " running of at most "
                + status.path("effectiveFetches").asLong() + " now, "
                + status.path("waiting").asLong() + " waiting; "
                + status.path("inProgress").asLong() + " operations change the disk");
        out.println("space for copies: "
                + Figures.bytes(status.path("availableBytes").asDouble()));
        printLimits(out, status.path("limits"));
        if (!status.path("sources").isEmpty()) {
            new Table()
                    .text("SOURCE", "storageId")
                    .number("RUNNING", "running")
                    .number("WAITING", "waiting")
                    .number("FAILURES", "failures")
                    .text("STATE", source -> source.path("resting").asBoolean() ? "resting after failures" : "used")
                    .print(out, status.path("sources"));
        }
        if (status.path("sourcesLeftOut").asLong() > 0) {
            out.println(status.path("sourcesLeftOut").asLong() + " further sources are not shown");
        }
    }

    /** Prints limits. */
    static void printLimits(PrintWriter out, JsonNode limits) {
        out.println("limits: " + limits.path("parallelFetches").asLong() + " copies at a time, "
                + limits.path("fetchesOfSource").asLong() + " from one source");
        out.println("  rate: " + rate(limits, "bytesPerSecond") + ", from one source "
                + rate(limits, "bytesPerSecondOfSource"));
        out.println("  space: leave "
                + Figures.bytes(limits.path("freeSpaceFloorMib").asDouble() * BYTES_OF_MIB) + " free, fill up to "
                + limits.path("fillCeilingPercent").asLong() + " %");
    }

    private static String rate(JsonNode limits, String name) {
        double bytes = limits.path(name).asDouble();
        return bytes == 0 ? "no limit" : Figures.bytes(bytes) + "/s";
    }

    /** Prints an answer of {@code PUT /api/v1/storage-nodes/NODE/agent/gate}. */
    static void printGate(PrintWriter out, String node, JsonNode status) {
        String gate = Figures.words(status.path("gate").asText());
        out.println("the gate of " + node + " is " + gate
                + (status.path("acknowledged").asBoolean()
                        ? ""
                        : "; not acknowledged yet: " + status.path("inProgress").asLong()
                                + " operations are still in progress"));
    }

    /** {@code GET /api/v1/storage-nodes/NODE/agent/assignments}. */
    static Table assignments() {
        return new Table()
                .text("ASSIGNMENT", "id")
                .text("JOB", "jobId")
                .number("TASKS", "tasks")
                .number("ENDED", "ended")
                .number("FAILED", "failed");
    }
}
