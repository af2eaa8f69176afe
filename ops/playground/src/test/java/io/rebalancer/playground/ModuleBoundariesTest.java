package io.rebalancer.playground;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.slf4j.Logger;

/** Which room may enter which, and what each must not know. */
@AnalyzeClasses(packages = "io.rebalancer", importOptions = ImportOption.DoNotIncludeTests.class)
class ModuleBoundariesTest {

    @ArchTest
    static final ArchRule arrowsPointTowardsTheCore = layeredArchitecture()
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
    static final ArchRule theLogKnowsNoActorsAndNoSql = noClasses()
            .that()
            .resideInAPackage("io.rebalancer.persistence.log..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache.pekko..", "scala..", "java.sql..", "io.rebalancer.cluster..");

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
            .resideInAnyPackage("java.sql..", "org.h2..", "slick..");

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
                    "io.rebalancer.manager.registry..",
                    "io.rebalancer.agent..");

    @ArchTest
    static final ArchRule packagesOfARoomFormNoCycle =
            slices().matching("io.rebalancer.(*).(*)..").should().beFreeOfCycles();

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
    static final ArchRule nobodySleeps = noClasses()
            .that()
            .resideOutsideOfPackage("io.rebalancer.playground")
            .should()
            .callMethod(Thread.class, "sleep", long.class);
}
