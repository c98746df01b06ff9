-- Images, volumes and networks of a Docker engine.
local known = require "forager.known"
local options = require "forager.options"
local words = require "forager.docker_words"

local images = { volumes = {}, networks = {} }

local pull_options = known.options("docker.pull", { platform = "string", on_line = "function" }, 2)

function images.pull(image, given)
  options.argument("docker.pull", 1, image, "string")
  words.heard(native.docker_pull, options.check("docker.pull", given or {}, pull_options), image)
end

local build_options = known.options("docker.build", {
  context = "string",
  dockerfile = "string",
  tag = "string",
  tags = "table",
  args = "table",
  labels = "table",
  target = "string",
  network = "string",
  platform = "string",
  pull = "boolean",
  cache = "boolean",
  on_line = "function",
}, 1)

function images.build(given)
  return words.heard(native.docker_build, options.check("docker.build", given, build_options))
end

-- A call that takes options alone.
local function with_options(what, work, spec)
  known.options(what, spec, 1)
  return function(given)
    return work(options.check(what, given or {}, spec))
  end
end

-- One that takes a name.
local function with_name(what, work)
  return function(name)
    return work(options.argument(what, 1, name, "string"))
  end
end

images.import =
  with_options("docker.import", native.docker_import, { file = "string", image = "string", changes = "table" })
images.list = with_options("docker.images", native.docker_images, { name = "string", labels = "table" })
images.inspect = with_name("docker.image", native.docker_image)
images.prune = with_options("docker.prune_images", native.docker_prune_images, { all = "boolean", labels = "table" })

function images.tag(image, name)
  options.argument("docker.tag", 1, image, "string")
  options.argument("docker.tag", 2, name, "string")
  native.docker_tag(image, name)
end

local remove_options = known.options("docker.remove_image", { force = "boolean" }, 2)

function images.remove(image, given)
  options.argument("docker.remove_image", 1, image, "string")
  native.docker_remove_image(image, options.check("docker.remove_image", given or {}, remove_options))
end

local volumes = images.volumes
volumes.create =
  with_options("docker.volumes.create", native.docker_create_volume, { name = "string", labels = "table" })
volumes.inspect = with_name("docker.volumes.inspect", native.docker_volume)
volumes.list = with_options("docker.volumes.list", native.docker_volumes, { labels = "table" })
volumes.remove = with_name("docker.volumes.remove", native.docker_remove_volume)

local networks = images.networks
networks.create = with_options("docker.networks.create", native.docker_create_network, {
  name = "string",
  driver = "string",
  internal = "boolean",
  labels = "table",
})
networks.inspect = with_name("docker.networks.inspect", native.docker_network)
networks.list = with_options("docker.networks.list", native.docker_networks, { labels = "table" })
networks.remove = with_name("docker.networks.remove", native.docker_remove_network)

return images
