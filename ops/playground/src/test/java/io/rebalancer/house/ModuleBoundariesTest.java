package io.rebalancer.house;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.rebalancer.cluster.Entities;
import java.nio.file.Files;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.slf4j.Logger;

/** Which module may use which, and which package of a module may use which. */
@AnalyzeClasses(packages = "io.rebalancer", importOptions = ImportOption.DoNotIncludeTests.class)
class ModuleBoundariesTest {
    private static final DescribedPredicate<JavaClass> OURS = resideInAPackage("io.rebalancer..");

    // ---- modules

    @ArchTest
    static final ArchRule dependenciesPointTowardsTheCore = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .layer("core")
            .definedBy("io.rebalancer.core..")
            .layer("cluster")
            .definedBy("io.rebalancer.cluster..")
            .layer("persistence")
            .definedBy("io.rebalancer.persistence..")
            .layer("http")
            .definedBy("io.rebalancer.http..")
            .layer("manager")
            .definedBy("io.rebalancer.manager..")
            .layer("agent")
            .definedBy("io.rebalancer.agent..")
            .layer("playground")
            .definedBy("io.rebalancer.playground..")
            .whereLayer("playground")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("manager")
            .mayOnlyBeAccessedByLayers("playground")
            .whereLayer("agent")
            .mayOnlyBeAccessedByLayers("playground")
            .whereLayer("persistence")
            .mayOnlyBeAccessedByLayers("manager", "agent")
            .whereLayer("http")
            .mayOnlyBeAccessedByLayers("manager", "agent")
            .whereLayer("cluster")
            .mayOnlyBeAccessedByLayers("persistence", "http", "manager", "agent", "playground");

    @ArchTest
    static final ArchRule theClusterContractKnowsNoHttpAndNoSql = noClasses()
            .that()
            .resideInAPackage("io.rebalancer.cluster..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache.pekko.http..", "java.sql..", "javax.sql..");

    @ArchTest
    static final ArchRule persistenceKnowsNoHttp = noClasses()
            .that()
            .resideInAPackage("io.rebalancer.persistence..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.apache.pekko.http..");

    @ArchTest
    static final ArchRule theApiKnowsNoSqlNoShardingAndNoManta = noClasses()
            .that()
            .resideInAPackage("io.rebalancer.http..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "java.sql..",
                    "org.apache.pekko.cluster..",
                    "org.apache.pekko.persistence..",
                    "io.rebalancer.manager..");

    @ArchTest
    static final ArchRule inTheTwoProcessesOnlyTheDirectScanKnowsSql = noClasses()
            .that()
            .resideInAnyPackage("io.rebalancer.manager..", "io.rebalancer.agent..")
            .and()
            .haveNameNotMatching(".*\\.PostgresScan(\\$.*)?")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.sql..", "org.h2..", "slick..", "org.jdbi..");

    @ArchTest
    static final ArchRule theAgentKnowsNoMetadataTier = noClasses()
            .that()
            .resideInAPackage("io.rebalancer.agent..")
            .should()
            .dependOnClassesThat()
            .haveSimpleName("MetadataTier");

    @ArchTest
    static final ArchRule theVerificationUsesNothingOfTheManagerButTheCodec = noClasses()
            .that()
            .resideInAPackage("io.rebalancer.playground.region..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.rebalancer.manager.metadata..",
                    "io.rebalancer.manager.evacuate..",
                    "io.rebalancer.manager.jobs..",
                    "io.rebalancer.manager.node..",
                    "io.rebalancer.agent..");

    // ---- packages of the core

    @ArchTest
    static final ArchRule portsAreAtTheEdgeOfTheCore = noClasses()
            .that()
            .resideInAPackage("io.rebalancer.core..")
            .and()
            .resideOutsideOfPackage("io.rebalancer.core.port..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.rebalancer.core.port..");

    @ArchTest
    static final ArchRule textJsonAndLimitsKnowNothingOfOurs = classes()
            .that()
            .resideInAnyPackage("io.rebalancer.core.text..", "io.rebalancer.core.json..", "io.rebalancer.core.limit..")
            .should()
            .onlyDependOnClassesThat(resideInAnyPackage(
                            "io.rebalancer.core.text..", "io.rebalancer.core.json..", "io.rebalancer.core.limit..")
                    .or(not(OURS)));

    // ---- packages of cluster-config

    @ArchTest
    static final ArchRule theKernelKnowsOnlyTheCore = classes()
            .that()
            .resideInAPackage("io.rebalancer.cluster.async..")
            .should()
            .onlyDependOnClassesThat(resideInAnyPackage("io.rebalancer.cluster.async..", "io.rebalancer.core..")
                    .or(not(OURS)));

    @ArchTest
    static final ArchRule settingsAreValuesAndKnowNoProcess = noClasses()
            .that()
            .resideInAPackage("io.rebalancer.cluster.settings..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.rebalancer.cluster.process..",
                    "io.rebalancer.cluster.message..",
                    "io.rebalancer.cluster.telemetry..",
                    "org.apache.pekko.actor..");

    // ---- packages of persistence

    @ArchTest
    static final ArchRule theLogKnowsNoActorsAndNoSql = noClasses()
            .that()
            .resideInAPackage("io.rebalancer.persistence.log..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache.pekko..", "scala..", "java.sql..", "io.rebalancer.cluster..");

    @ArchTest
    static final ArchRule thePluginsOfTheLogKnowNoDatabase = noClasses()
            .that()
            .resideInAnyPackage("io.rebalancer.persistence.plugin..", "io.rebalancer.persistence.log..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "java.sql..", "io.rebalancer.persistence.postgres..", "io.rebalancer.persistence.readside..");

    // ---- packages of http-api

    @ArchTest
    static final ArchRule whatRoutesShareKnowsNoRoute = noClasses()
            .that()
            .resideInAPackage("io.rebalancer.http.server..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.rebalancer.http.v1..", "io.rebalancer.http.legacy..");

    @ArchTest
    static final ArchRule theTwoApisDoNotKnowEachOther = noClasses()
            .that()
            .resideInAPackage("io.rebalancer.http.legacy..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.rebalancer.http.v1..");

    @ArchTest
    static final ArchRule versionOneDoesNotKnowTheLegacyApi = noClasses()
            .that()
            .resideInAPackage("io.rebalancer.http.v1..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.rebalancer.http.legacy..");

    @ArchTest
    static final ArchRule aResourceDoesNotKnowAnother =
            com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices()
                    .matching("io.rebalancer.http.v1.(*)..")
                    .should()
                    .notDependOnEachOther();

    // ---- packages of the manager

    @ArchTest
    static final ArchRule theManagersAssemblyIsKnownOnlyToItself = noClasses()
            .that()
            .resideInAPackage("io.rebalancer.manager..")
            .and()
            .resideOutsideOfPackage("io.rebalancer.manager.node..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.rebalancer.manager.node..");

    @ArchTest
    static final ArchRule planningRunsWithoutAJob = noClasses()
            .that()
            .resideInAPackage("io.rebalancer.manager.evacuate.planning..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.rebalancer.manager.evacuate",
                    "io.rebalancer.manager.evacuate.commit..",
                    "io.rebalancer.manager.lease..",
                    "io.rebalancer.manager.jobs..",
                    "io.rebalancer.manager.agents..");

    @ArchTest
    static final ArchRule theCommitKnowsNeitherPlanningNorAgents = noClasses()
            .that()
            .resideInAPackage("io.rebalancer.manager.evacuate.commit..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.rebalancer.manager.evacuate",
                    "io.rebalancer.manager.evacuate.planning..",
                    "io.rebalancer.manager.jobs..",
                    "io.rebalancer.manager.agents..",
                    "io.rebalancer.manager.fleet..");

    /** So that no order leaves without a signature. */
    @ArchTest
    static final ArchRule managersReachAgentsOnlyThroughTheSenderOfOrders = noClasses()
            .that()
            .resideInAPackage("io.rebalancer.manager..")
            .should()
            .accessField(Entities.class, "STORAGE_AGENT");

    @ArchTest
    static final ArchRule theFastClientKnowsNoManta = classes()
            .that()
            .resideInAPackage("io.rebalancer.manager.fast..")
            .should()
            .onlyDependOnClassesThat(resideInAnyPackage(
                            "io.rebalancer.manager.fast..",
                            "io.rebalancer.cluster.async..",
                            "io.rebalancer.cluster.settings..",
                            "io.rebalancer.core.text..")
                    .or(not(OURS)));

    // ---- packages of the agent

    @ArchTest
    static final ArchRule theAgentsAssemblyIsKnownOnlyToItself = noClasses()
            .that()
            .resideInAPackage("io.rebalancer.agent..")
            .and()
            .resideOutsideOfPackage("io.rebalancer.agent.node..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.rebalancer.agent.node..");

    @ArchTest
    static final ArchRule theStoreKnowsNoCopiesAndNoActors = noClasses()
            .that()
            .resideInAPackage("io.rebalancer.agent.store..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.rebalancer.agent.copy..",
                    "io.rebalancer.agent.legacy..",
                    "io.rebalancer.agent.limits..",
                    "org.apache.pekko.actor..");

    @ArchTest
    static final ArchRule onlyTheStoreMovesAndRemovesObjectFiles = noClasses()
            .that()
            .resideInAPackage("io.rebalancer.agent..")
            .and()
            .resideOutsideOfPackage("io.rebalancer.agent.store..")
            .should()
            .callMethodWhere(com.tngtech.archunit.core.domain.JavaCall.Predicates.target(
                            com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.<JavaClass>owner(
                                    JavaClass.Predicates.type(Files.class)))
                    .and(com.tngtech.archunit.core.domain.JavaCall.Predicates.target(
                            com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching(
                                    "delete|deleteIfExists|move"))));

    // ---- habits

    @ArchTest
    static final ArchRule actorsAreMadeByTheirFactoryOnly =
            classes().that().areAssignableTo(AbstractBehavior.class).should().haveOnlyPrivateConstructors();

    @ArchTest
    static final ArchRule loggersHaveOneShape = fields().that()
            .haveRawType(Logger.class)
            .and()
            .areStatic()
            .should()
            .bePrivate()
            .andShould()
            .haveName("LOGGER");

    @ArchTest
    static final ArchRule noThreadSleeps = noClasses()
            .should()
            .callMethod(Thread.class, "sleep", long.class)
            .orShould()
            .callMethod(java.util.concurrent.TimeUnit.class, "sleep", long.class);
}
