// The settings of all parts of the agent, as plain values with their defaults. Each part is given its own struct and
// sees nothing of where it came from; comparing two tells a reload what changed. What each value means and which values
// it may have stands in the table (table.hpp).
#pragma once

#include "base/secret.hpp"
#include "base/time.hpp"
#include "primitives/docker/policy.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace forager::config {

using namespace std::chrono_literals;

using Texts = std::vector<std::string>;

enum class LogFormat { automatic, text, json, journald };
enum class LogLevel { debug, info, warning, error };
enum class Reload { automatic, on_signal };

struct AgentConfig {
    std::string name; ///< empty: the name of the machine
    std::string state_dir = "/var/lib/forager";
    std::string socket = "/run/forager/forager.sock";
    Texts scripts = {"/etc/forager/scripts/*.lua"}; ///< glob patterns
    std::size_t concurrency = 64;                   ///< invocations that run at once
    LogFormat log = LogFormat::automatic;
    LogLevel log_level = LogLevel::info;
    Duration grace = 10s; ///< what running work gets to end by itself when the agent stops
    Reload reload = Reload::automatic;
    bool operator==(const AgentConfig&) const = default;
};

struct ColonyConfig {
    std::string host; ///< empty: there is no colony
    std::uint16_t port = 443;
    bool tls = true;
    std::string ca_file; ///< authorities (PEM) that its certificate may come from; empty: the system's
    std::string name;
    Secret owner_key; ///< with it the agent registers its executors itself
    Secret key;       ///< of an executor that was registered by hand
    Duration long_poll = 20s;
    std::string fs_dir; ///< the folder below which processes have their files; empty: they have none
    bool operator==(const ColonyConfig&) const = default;
};

struct ExecutorConfig {
    std::string type = "forager";
    std::string name;        ///< empty: made of the agent's name and the type
    Texts functions = {"*"}; ///< glob patterns of full names
    Secret key;              ///< empty: that of the colony's section
    std::string location;    ///< the name of the colony's place where it is; empty: none
    bool shell = false;
    bool session = false;
    bool pass_key = false;
    bool operator==(const ExecutorConfig&) const = default;
};

struct RedisConfig {
    std::string url; ///< empty: there is no Redis; may hold a user and a password
    std::string user;
    Secret password;
    std::string ca_file; ///< authorities (PEM) that its certificate may come from; empty: the system's
    std::string cert_file;
    std::string key_file;
    bool operator==(const RedisConfig&) const = default;
};

struct MqttConfig {
    std::string url; ///< empty: there is no MQTT broker; may hold a user and a password
    std::string user;
    Secret password;
    std::string client_id; ///< what its clients' ids begin with; empty: the agent's name
    std::string ca_file;   ///< authorities (PEM) that its certificate may come from; empty: the system's
    std::string cert_file;
    std::string key_file;
    bool operator==(const MqttConfig&) const = default;
};

struct BrokerConfig {
    bool channels = false;
    bool streams = false;
    std::size_t buffer = 100'000; ///< messages that wait for one handler
    std::size_t at_once = 256;    ///< calls of one handler that wait for something
    bool operator==(const BrokerConfig&) const = default;
};

struct DockerRegistryConfig {
    std::string host;
    std::string user;
    Secret password;
    bool operator==(const DockerRegistryConfig&) const = default;
};

struct DockerConfig {
    std::string host = "unix:///var/run/docker.sock";
    bool tls = false;      ///< of tcp:// addresses
    std::string cert_path; ///< the folder of ca.pem, cert.pem and key.pem; empty: none of them
    bool gpus = false;     ///< whether its machine has any for processes
    std::string auths;     ///< the file that `docker login` writes; empty: none
    std::vector<docker_work::Policy> policies;
    std::vector<DockerRegistryConfig> registries;
    bool operator==(const DockerConfig&) const = default;
};

struct KubernetesConfig {
    std::string kubeconfig; ///< empty: the account of the pod, where the agent runs in one
    std::string context;
    std::string name_space;
    std::string volume; ///< the claim that holds what is below the colony's fs_dir; empty: pods do not see it
    bool operator==(const KubernetesConfig&) const = default;
};

struct PostgresConfig {
    std::string host; ///< empty: there is no database to dump
    std::uint16_t port = 5432;
    std::string user;
    Secret password;
    std::string database;
    std::size_t backups = 7;
    std::string backup_dir;
    bool operator==(const PostgresConfig&) const = default;
};

struct S3Config {
    std::string endpoint; ///< empty: there is no object store
    std::string region;
    std::string bucket;
    std::string access_key;
    Secret secret_key;
    bool path_style = true;
    bool tls = false; ///< for an endpoint without a scheme
    bool skip_verify = false;
    std::string ca_file; ///< authorities (PEM) that its certificate may come from; empty: the system's
    bool operator==(const S3Config&) const = default;
};

struct BackupConfig {
    std::string prefix = "backups"; ///< of the keys in the bucket
    Secret encryption_key;          ///< of age; empty: backups are not encrypted
    bool operator==(const BackupConfig&) const = default;
};

struct HttpConfig {
    std::string listen; ///< HOST:PORT; empty: off
    Secret token;
    std::string cert_file;
    std::string key_file;
    bool operator==(const HttpConfig&) const = default;
};

struct LimitsConfig {
    std::size_t memory = std::size_t{192} * 1024 * 1024;
    std::size_t output = std::size_t{4} * 1024 * 1024;
    std::size_t request = std::size_t{1024} * 1024;
    std::size_t tasks = 100'000;
    std::size_t queue = 100'000;
    std::size_t events = 1'000;
    std::size_t log_lines = 10'000;
    Duration retention = 7 * 24h;
    std::size_t retention_count = 10'000;
    std::size_t open_files = 65'536;
    bool operator==(const LimitsConfig&) const = default;
};

struct PermissionConfig {
    Texts scripts; ///< glob patterns of the scripts that are bound
    Texts run;
    Texts read;
    Texts write;
    Texts reach;
    Texts secrets;
    Texts functions;
    bool operator==(const PermissionConfig&) const = default;
};

struct Settings {
    AgentConfig agent;
    ColonyConfig colony;
    std::vector<ExecutorConfig> executors; ///< none, with a colony: one of the default values
    RedisConfig redis;
    MqttConfig mqtt;
    BrokerConfig broker;
    DockerConfig docker;
    KubernetesConfig kubernetes;
    PostgresConfig postgres;
    S3Config s3;
    BackupConfig backup;
    HttpConfig http;
    LimitsConfig limits;
    std::vector<PermissionConfig> permissions;
    bool operator==(const Settings&) const = default;
};

} // namespace forager::config
