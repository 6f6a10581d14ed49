# Installs keyward, the command line of the Keyward server named below, with npm.
# Fetches one package from that server, compares its SHA-256 with the one written here, and installs it.
# Nothing happens before the last line, so half a download does nothing.
$KeywardBase = @BASE@
$KeywardVersion = @VERSION@
$KeywardTarball = @TARBALL@
$KeywardSha256 = @SHA256@

function Install-Keyward {
  $ErrorActionPreference = 'Stop'
  if (-not (Get-Command node -ErrorAction SilentlyContinue)) {
    throw 'Node.js 20 or newer is needed, and there is none here. Install it from https://nodejs.org, then run this again.'
  }
  if ([int](node -p 'process.versions.node.split(".")[0]') -lt 20) {
    throw "Node.js 20 or newer is needed; this is $(node --version). Install a newer one from https://nodejs.org, then run this again."
  }
  if (-not (Get-Command npm.cmd -ErrorAction SilentlyContinue)) {
    throw 'npm is needed, and there is none here. It comes with Node.js from https://nodejs.org.'
  }

  $work = Join-Path ([System.IO.Path]::GetTempPath()) ([System.IO.Path]::GetRandomFileName())
  New-Item -ItemType Directory -Path $work | Out-Null
  try {
    $file = Join-Path $work 'keyward.tgz'
    Write-Host "Installing keyward $KeywardVersion from $KeywardBase"
    Invoke-WebRequest -UseBasicParsing -Uri $KeywardTarball -OutFile $file
    $found = (Get-FileHash -Algorithm SHA256 -Path $file).Hash.ToLowerInvariant()
    if ($found -ne $KeywardSha256) {
      throw "What was downloaded is not what this script was written for (SHA-256 $found). The server may have been updated in this moment: download the script again."
    }
    npm.cmd install --global --ignore-scripts --no-audit --no-fund --loglevel=error $file
    if ($LASTEXITCODE -ne 0) { throw 'npm could not install it; what it said is above.' }
  } finally {
    Remove-Item -Recurse -Force -Path $work
  }

  $login = 'keyward auth login'
  keyward.cmd profile set-server $KeywardBase --quiet 2>$null
  if ($LASTEXITCODE -ne 0) { $login = "keyward auth login --server $KeywardBase" }
  Write-Host "keyward $KeywardVersion is installed. Next:"
  Write-Host "  $login"
  Write-Host '  keyward auth whoami'
  Write-Host '  keyward help'
}

Install-Keyward
